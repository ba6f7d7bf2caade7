package io.cachee.server.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Figures of this process from Linux; 0 on other systems. The JDK's management interfaces have them too, but take tens
 * of milliseconds at their first use, which is too long for an event loop.
 */
public final class ProcessFigures {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path STAT = Path.of("/proc/self/stat");
    /** The position among the fields after the program's name; the first of them is the state. */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;
    private static final double TICKS_A_SECOND = 100;
    private static final long TOTAL_BYTES = kilobytes(Path.of("/proc/meminfo"), "MemTotal:") << 10;

    /**
     * CPU time in seconds.
     *
     * @param user in the process's own code
     * @param system in the kernel for it
     */
    public record Cpu(double user, double system) {
        private static final Cpu UNKNOWN = new Cpu(0, 0);

        /** The sum of both. */
        public double total() {
            return user + system;
        }
    }

    private ProcessFigures() {}

    /** The resident memory, including the store. */
    public static long residentBytes() {
        return kilobytes(STATUS, "VmRSS:") << 10;
    }

    /** The machine's memory. */
    public static long totalBytes() {
        return TOTAL_BYTES;
    }

    /** The number of threads, including the JVM's own. */
    public static long threads() {
        return number(STATUS, "Threads:", "\n");
    }

    /** The CPU time used so far. */
    public static Cpu cpu() {
        try {
            String text = Files.readString(STAT);
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
            return new Cpu(
                    Long.parseLong(fields[USER_TICKS]) / TICKS_A_SECOND,
                    Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_A_SECOND);
        } catch (IOException | RuntimeException e) {
            return Cpu.UNKNOWN;
        }
    }

    private static long kilobytes(Path file, String field) {
        return number(file, field, "kB");
    }

    private static long number(Path file, String field, String behind) {
        try {
            String text = Files.readString(file);
            int at = text.indexOf(field);
            int end = text.indexOf(behind, at);
            return at < 0 || end < 0
                    ? 0
                    : Long.parseLong(text.substring(at + field.length(), end).strip());
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
