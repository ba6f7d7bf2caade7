package io.cachee.server.cli;

import io.cachee.server.load.ServerInfo;
import io.cachee.server.load.TargetServer;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee top}. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Shows what a running cache is doing, again and again, until it is interrupted.")
final class TopCommand implements Callable<Integer> {
    private static final String CLEAR = "\033[H\033[2J";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = {"Default: ${DEFAULT-VALUE}"})
    private double interval;

    @Option(names = "--count", paramLabel = "N", defaultValue = "0", description = "So many times; 0 is without end.")
    private int count;

    @SuppressWarnings("SystemConsoleNull") // it is null in a runtime without the module that has it
    private static boolean isOnTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public Integer call() {
        if (!(interval >= 0.1 && interval <= 3_600) || count < 0) {
            throw new ParameterException(spec.commandLine(), "--interval: 0.1 to 3600; --count: 0 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean onTerminal = isOnTerminal();
        try {
            TargetServer target = server.target();
            ServerInfo before = ServerInfo.of(target);
            for (int i = 0; count == 0 || i < count; i++) {
                long end = System.nanoTime() + (long) (interval * TimeUnit.SECONDS.toNanos(1));
                for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                ServerInfo now = ServerInfo.of(target);
                out.print((onTerminal ? CLEAR : "") + new TopView(now, before, target.name()).text());
                out.flush();
                before = now;
            }
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException unreachable) {
            spec.commandLine().getErr().println("cachee top: " + unreachable.getMessage());
            return 1;
        }
    }
}
