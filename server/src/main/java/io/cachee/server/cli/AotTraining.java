package io.cachee.server.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs several sidecars in one process, so that the JVM records which classes a sidecar uses alone and before an L2.
 * Only {@code bin/dist} uses it. The arguments are those of {@code start} for each sidecar, separated by {@code +}.
 * When one sidecar ends, the process does.
 */
final class AotTraining {
    private AotTraining() {}

    public static void main(String[] args) {
        Cachee.logNetty();
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
