package io.cachee.server.cli;

import io.cachee.server.load.TargetServer;
import picocli.CommandLine.Option;

/** The options that name the server a command talks to. */
final class ServerOptions {
    @Option(
            names = "--target",
            paramLabel = "HOST:PORT|PATH",
            defaultValue = "127.0.0.1:6380",
            description = "The server, or the path of its Unix socket. Default: ${DEFAULT-VALUE}")
    private String target = "";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            defaultValue = "",
            description = "Better given as CACHEE_PASSWORD in the environment.")
    private String password = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long a connection or an answer may take. Default: ${DEFAULT-VALUE}")
    private double timeout;

    TargetServer target() {
        if (!(timeout >= 0.01 && timeout <= 3_600)) {
            throw new IllegalArgumentException("--timeout: 0.01 to 3600");
        }
        return TargetServer.parse(target, secret()).within((long) (timeout * 1_000));
    }

    String secret() {
        return password.isEmpty() ? System.getenv().getOrDefault("CACHEE_PASSWORD", "") : password;
    }
}
