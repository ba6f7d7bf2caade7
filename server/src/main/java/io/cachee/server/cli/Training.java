package io.cachee.server.cli;

import io.cachee.server.Log;
import io.cachee.server.NettyLog;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several sidecars in one process, of which the JVM learns what classes a sidecar uses, alone and before an L2. For the
 * making of the distribution alone. The arguments are those of {@code start} for each of them, with a {@code +} in
 * between; when one ends, all do.
 */
final class Training {
    private Training() {}

    public static void main(String[] args) {
        NettyLog.writeTo(new Log(System.err));
        List<List<String>> each = new ArrayList<>(List.of(new ArrayList<>()));
        for (String argument : Arrays.asList(args)) {
            if (argument.equals("+")) {
                each.add(new ArrayList<>());
            } else {
                each.getLast().add(argument);
            }
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        for (List<String> flags : each) {
            Thread.ofPlatform().start(() -> System.exit(StartCommand.run(flags, System.getenv(), out, err)));
        }
    }
}
