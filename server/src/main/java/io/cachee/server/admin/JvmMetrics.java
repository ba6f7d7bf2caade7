package io.cachee.server.admin;

import static io.cachee.server.metrics.MetricWriter.label;

import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.metrics.ProcessFigures;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Metrics of the JVM and the process, by the names that dashboards for Java and Linux use. */
public final class JvmMetrics {
    private JvmMetrics() {}

    /** Writes all of them. */
    public static void write(MetricWriter out) {
        Runtime runtime = Runtime.getRuntime();
        out.gauge("jvm_memory_used_bytes", "Memory that the JVM uses.")
                .sample("jvm_memory_used_bytes", runtime.totalMemory() - runtime.freeMemory(), label("area", "heap"))
                .sample("jvm_memory_used_bytes", nonHeap(), label("area", "nonheap"));
        out.gauge("jvm_memory_max_bytes", "Memory that the JVM may use.")
                .sample("jvm_memory_max_bytes", runtime.maxMemory(), label("area", "heap"));
        out.gauge("jvm_buffer_pool_used_bytes", "Memory of buffers.");
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            out.sample("jvm_buffer_pool_used_bytes", pool.getMemoryUsed(), label("pool", pool.getName()));
        }
        out.sample(
                "jvm_buffer_pool_used_bytes",
                PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(),
                label("pool", "netty"));
        out.summary("jvm_gc_collection_seconds", "Time spent collecting garbage.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            String gc = label("gc", collector.getName());
            out.sample("jvm_gc_collection_seconds_sum", collector.getCollectionTime() / 1e3, gc);
            out.sample("jvm_gc_collection_seconds_count", collector.getCollectionCount(), gc);
        }
        out.gauge(
                "jvm_threads_current",
                "Threads of the JVM.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        writeProcess(out);
    }

    private static long nonHeap() {
        return ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed();
    }

    private static void writeProcess(MetricWriter out) {
        out.counter(
                "process_cpu_seconds_total",
                "CPU time of the process.",
                ProcessFigures.cpu().total());
        out.gauge(
                "process_resident_memory_bytes",
                "Resident memory, that of the store included.",
                ProcessFigures.residentBytes());
        out.gauge("process_open_fds", "Open file descriptors.", openFiles());
        out.gauge(
                "process_start_time_seconds",
                "When the process started, since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    }

    private static long openFiles() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return 0;
        }
    }
}
