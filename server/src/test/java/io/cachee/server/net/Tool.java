package io.cachee.server.net;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the machine's that a test can use, where it is there. */
public final class Tool {
    private static final long LIMIT_SECONDS = 90;

    private Tool() {}

    /** Whether it is in the PATH; says so when it is not. */
    public static boolean isAbsent(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return false;
            }
        }
        System.out.println("there is no " + program + " here; nothing is tried with it");
        return true;
    }

    /** What it prints; fails when it fails. */
    public static String run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("cachee-tool", ".txt");
        try {
            Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + said);
            }
            return said;
        } finally {
            Files.delete(output);
        }
    }

    /** Whether it can be run to its end. */
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            run(command);
            return true;
        } catch (IOException | AssertionError failed) {
            System.out.println(failed.getMessage());
            return false;
        }
    }
}
