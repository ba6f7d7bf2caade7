package io.cachee.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cachee help}: the same as {@code --help} behind the command. */
@Command(name = "help", description = "Shows the help of a command.")
final class HelpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "The command.")
    private @Nullable String command;

    @Override
    public Integer call() {
        CommandLine root = spec.parent().commandLine();
        String named = command;
        if (named != null && !root.getSubcommands().containsKey(named)) {
            throw new ParameterException(root, "unknown command '" + named + "'");
        }
        return named == null ? root.execute("--help") : root.execute(named, "--help");
    }
}
