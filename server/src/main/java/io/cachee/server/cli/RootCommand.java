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
 * Finds the command and reports wrong arguments. Each command is a class of its own, listed in {@code subcommands}.
 * {@link Cachee} runs {@code start} without this class.
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
            ExplainCommand.class,
            WarmCommand.class,
            BenchCommand.class,
            SimulateCommand.class,
            InspectCommand.class,
            HelpCommand.class
        })
final class RootCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    static CommandLine commandLine() {
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

    /** The output of {@code --version}. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"cachee " + Version.current() + ", Java " + Runtime.version()};
        }
    }
}
