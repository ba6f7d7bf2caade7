package io.cachee.server.cli;

import io.cachee.server.load.ServerInfo;
import io.cachee.server.load.TargetServer;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Tells how a running cache is, in plain words, and what might be done about it. A Redis or Valkey"
                + " can be looked at, too.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() {
        try {
            TargetServer target = server.target();
            new HealthReport(ServerInfo.of(target), target.name())
                    .print(spec.commandLine().getOut());
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException unreachable) {
            spec.commandLine().getErr().println("cachee report: " + unreachable.getMessage());
            return 1;
        }
    }
}
