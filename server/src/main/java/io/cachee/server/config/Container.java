package io.cachee.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The resources that this process may use: its container's limits or, without limits, those of the machine. */
final class Container {
    /** Larger figures mean that there is no limit. */
    private static final long UNLIMITED = 1L << 60;

    private static final List<String> MEMORY_LIMITS = List.of(
            "sys/fs/cgroup/memory.max", //
            "sys/fs/cgroup/memory/memory.limit_in_bytes");

    /** Files that begin with the CPU time the container may use in each period; no number means no limit. */
    private static final List<String> CPU_LIMITS = List.of(
            "sys/fs/cgroup/cpu.max", //
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us");

    private final Path root;

    /** Reads the files below {@code root} instead of {@code /}. */
    Container(Path root) {
        this.root = root;
    }

    Container() {
        this(Path.of("/"));
    }

    /** The container's memory limit in bytes, or 0 without one. */
    long memoryLimit() {
        for (String name : MEMORY_LIMITS) {
            long limit = read(root.resolve(name));
            if (limit > 0 && limit < UNLIMITED) {
                return limit;
            }
        }
        return 0;
    }

    /** Whether the kernel stops the container when it has used a certain amount of CPU time. */
    boolean hasCpuLimit() {
        return CPU_LIMITS.stream().anyMatch(name -> read(root.resolve(name)) > 0);
    }

    /** The number at the start of a file, or 0. */
    private static long read(Path file) {
        try {
            String text = Files.readString(file).trim().split(" ", 2)[0];
            return text.equals("max") ? 0 : Long.parseLong(text);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The machine's memory in bytes. */
    long machineMemory() {
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

    /** The container's memory limit or, without one, the machine's memory. */
    long availableMemory() {
        long limit = memoryLimit();
        long machine = machineMemory();
        return limit > 0 && (machine <= 0 || limit < machine) ? limit : machine;
    }
}
