package io.cachee.server;

import io.cachee.server.load.Target;
import picocli.CommandLine.Option;

/** Which server a command looks at. */
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

    Target target() {
        return Target.parse(target, secret());
    }

    String secret() {
        return password.isEmpty() ? System.getenv().getOrDefault("CACHEE_PASSWORD", "") : password;
    }
}
