package io.cachee.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this process may use: its container's limits or, without any, all that the machine has. */
public final class Container {
    /** What a limit looks like that is none. */
    private static final long UNLIMITED = 1L << 60;

    private static final List<String> MEMORY_LIMITS = List.of(
            "sys/fs/cgroup/memory.max", //
            "sys/fs/cgroup/memory/memory.limit_in_bytes");

    /** What of each period the container may use; without a limit there is no number. */
    private static final List<String> CPU_LIMITS = List.of(
            "sys/fs/cgroup/cpu.max", //
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us");

    private final Path root;

    /** Looks below another root than {@code /}. */
    public Container(Path root) {
        this.root = root;
    }

    public Container() {
        this(Path.of("/"));
    }

    /** The container's limit in bytes, or 0 when there is none. */
    public long memoryLimit() {
        for (String name : MEMORY_LIMITS) {
            long limit = read(root.resolve(name));
            if (limit > 0 && limit < UNLIMITED) {
                return limit;
            }
        }
        return 0;
    }

    /** Whether the container may use so much time of CPUs and is stopped when that is used up. */
    public boolean hasCpuLimit() {
        return CPU_LIMITS.stream().anyMatch(name -> read(root.resolve(name)) > 0);
    }

    /** The number that a file begins with, or 0. */
    private static long read(Path file) {
        try {
            String text = Files.readString(file).trim().split(" ", 2)[0];
            return text.equals("max") ? 0 : Long.parseLong(text);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The machine's memory in bytes. */
    public long machineMemory() {
        try {
            for (String line : Files.readAllLines(root.resolve("proc/meminfo"))) {
                if (line.startsWith("MemTotal:")) {
                    return Long.parseLong(line.replaceAll("\\D+", "")) << 10;
                }
            }
            return 0;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The container's limit or, without one, the machine's memory. */
    public long availableMemory() {
        long limit = memoryLimit();
        long machine = machineMemory();
        return limit > 0 && (machine <= 0 || limit < machine) ? limit : machine;
    }
}
