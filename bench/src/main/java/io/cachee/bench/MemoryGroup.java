package io.cachee.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A control group of the kernel that limits the memory of the processes in it. */
final class MemoryGroup implements AutoCloseable {
    private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
    private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");

    private final Path folder;
    private final boolean isVersion1;

    private MemoryGroup(Path folder, boolean isVersion1) {
        this.folder = folder;
        this.isVersion1 = isVersion1;
    }

    /** Whether this process may make such groups. */
    static boolean isAvailable() {
        return Files.isWritable(VERSION_1) || Files.isWritable(VERSION_2.resolve("cgroup.subtree_control"));
    }

    /** Makes a group. The kernel kills a process of it when together they need more than {@code limit}. */
    static MemoryGroup of(String name, long limit) throws IOException {
        boolean isVersion1 = Files.isWritable(VERSION_1);
        MemoryGroup group = new MemoryGroup((isVersion1 ? VERSION_1 : VERSION_2).resolve(name), isVersion1);
        Files.createDirectories(group.folder);
        group.write(isVersion1 ? "memory.limit_in_bytes" : "memory.max", limit);
        if (!isVersion1) {
            group.write("memory.swap.max", 0);
        }
        return group;
    }

    /** A command that runs the given one within this group. */
    List<String> command(List<String> command) {
        String script = "echo $$ > " + folder.resolve("cgroup.procs") + " && exec \"$@\"";
        List<String> within = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        within.addAll(command);
        return within;
    }

    /** Forgets the peak. */
    void resetPeak() throws IOException {
        if (isVersion1) {
            write("memory.max_usage_in_bytes", 0);
            write("memory.kmem.tcp.max_usage_in_bytes", 0);
        }
    }

    /** The most memory that was in use, page cache and, in version 2, sockets' buffers included. */
    long peakBytes() throws IOException {
        return read(isVersion1 ? "memory.max_usage_in_bytes" : "memory.peak");
    }

    /** The most memory that TCP buffers took; version 2 counts it within {@link #peakBytes}. */
    long peakTcpBytes() throws IOException {
        return isVersion1 ? read("memory.kmem.tcp.max_usage_in_bytes") : 0;
    }

    /** Memory that cannot be taken back without ending a process. */
    long anonymousBytes() throws IOException {
        long bytes = 0;
        for (String line : Files.readAllLines(folder.resolve("memory.stat"))) {
            if (line.startsWith(isVersion1 ? "rss " : "anon ") || line.startsWith("shmem ")) {
                bytes += Long.parseLong(line.substring(line.indexOf(' ') + 1));
            }
        }
        return bytes;
    }

    /** How many processes the kernel has killed. */
    long kills() throws IOException {
        String file = isVersion1 ? "memory.oom_control" : "memory.events";
        for (String line : Files.readAllLines(folder.resolve(file))) {
            if (line.startsWith("oom_kill ")) {
                return Long.parseLong(line.substring("oom_kill ".length()));
            }
        }
        return 0;
    }

    private long read(String file) throws IOException {
        return Long.parseLong(Files.readString(folder.resolve(file)).strip());
    }

    private void write(String file, long value) throws IOException {
        Files.writeString(folder.resolve(file), Long.toString(value));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder);
    }
}
