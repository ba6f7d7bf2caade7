package io.cachee.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory this process may use: its container's limit or, without one, the machine's memory. */
public final class ContainerMemory {
    /** What a limit looks like that is none. */
    private static final long UNLIMITED = 1L << 60;

    private static final List<String> FILES = List.of(
            "sys/fs/cgroup/memory.max", //
            "sys/fs/cgroup/memory/memory.limit_in_bytes");

    private final Path root;

    /** Looks below another root than {@code /}. */
    public ContainerMemory(Path root) {
        this.root = root;
    }

    public ContainerMemory() {
        this(Path.of("/"));
    }

    /** The container's limit in bytes, or 0 when there is none. */
    public long limitBytes() {
        for (String name : FILES) {
            long limit = read(root.resolve(name));
            if (limit > 0 && limit < UNLIMITED) {
                return limit;
            }
        }
        return 0;
    }

    private static long read(Path file) {
        try {
            String text = Files.readString(file).trim();
            return text.equals("max") ? 0 : Long.parseLong(text);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** The machine's memory in bytes. */
    public long machineBytes() {
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
    public long availableBytes() {
        long limit = limitBytes();
        long machine = machineBytes();
        return limit > 0 && (machine <= 0 || limit < machine) ? limit : machine;
    }
}
