package io.cachee.server.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's memory as Linux tells it; 0 where that is not to be had. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private ProcessMemory() {}

    /** Resident memory, that of the store included. */
    public static long residentBytes() {
        return kilobytes(STATUS, "VmRSS:") << 10;
    }

    /** The machine's memory. */
    public static long totalBytes() {
        return kilobytes(MEMINFO, "MemTotal:") << 10;
    }

    private static long kilobytes(Path file, String field) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.replaceAll("\\D+", ""));
                }
            }
            return 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
