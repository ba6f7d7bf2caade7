package io.cachee.server.cli;

import io.cachee.server.Version;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands but for {@code start}'s own way in. It only finds the command and reports what was wrong with the
 * arguments; each command is a class of its own, named in {@code subcommands}.
 */
@Command(
        name = "cachee",
        description = "A cache inside the pod, in front of the Redis or Valkey you already run.",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.VersionLine.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StartCommand.class,
            TopCommand.class,
            ReportCommand.class,
            WarmCommand.class,
            BenchCommand.class,
            SimulateCommand.class,
            InspectCommand.class
        })
public final class RootCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    public static CommandLine commandLine() {
        return new CommandLine(new RootCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(RootCommand::explainArguments);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    private static int explainArguments(ParameterException problem, String[] args) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("cachee: " + message(problem));
        UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String message(ParameterException problem) {
        boolean mayBeCommand = problem.getCommandLine().getParent() == null;
        if (mayBeCommand && problem instanceof UnmatchedArgumentException unmatched) {
            List<String> arguments = unmatched.getUnmatched();
            if (!arguments.isEmpty() && !arguments.getFirst().startsWith("-")) {
                return "unknown command '" + arguments.getFirst() + "'";
            }
        }
        return String.valueOf(problem.getMessage());
    }

    /** For --version. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"cachee " + Version.current() + ", Java " + Runtime.version()};
        }
    }
}
