package io.cachee.bench;

import io.cachee.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks and frees memory for many stores in one process. */
final class MachineMemory {
    private MachineMemory() {}

    /** Throws if this machine has less memory left. */
    static void require(long bytes) throws IOException {
        long available = kilobytes(Path.of("/proc/meminfo"), "MemAvailable:") << 10;
        if (available < bytes) {
            throw new IllegalStateException(
                    "this needs " + (bytes >> 20) + " MB, and the machine has " + (available >> 20) + " MB left");
        }
    }

    /** Waits until the garbage collector has freed the memory of closed stores. */
    static void awaitLessThan(long bytes) throws Exception {
        Await.until("closed stores have given back their memory", () -> {
            System.gc();
            return kilobytes(Path.of("/proc/self/status"), "VmRSS:") << 10 < bytes;
        });
    }

    private static long kilobytes(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new IOException("no " + name + " in " + file);
    }
}
