package io.cachee.server;

import io.cachee.store.AttachException;
import io.cachee.store.StoreInspection;
import io.cachee.store.StoreStats;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cachee inspect}: what a store's file says of itself. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Examines a store's shared-memory file, whether its writer lives or not, and changes nothing.",
            "Exit code 1 when the file cannot be read or is no store."
        })
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "the file, such as /dev/shm/cachee/store")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        try {
            print(StoreInspection.of(file), spec.commandLine().getOut());
            return 0;
        } catch (AttachException problem) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("cachee: " + problem.getMessage() + " (" + problem.reason() + ")");
            err.flush();
            return 1;
        }
    }

    private static void print(StoreInspection store, PrintWriter out) {
        StoreStats stats = store.statistics();
        line(out, "format", store.format());
        line(out, "instance", Long.toHexString(store.instance()));
        line(
                out,
                "writer",
                "process " + store.writerPid() + ", " + (store.writerAlive() ? "alive" : "its clock stands still"));
        line(out, "state", store.state());
        line(out, "opened", Instant.ofEpochMilli(store.createdMillis()).toString());
        line(out, "running for", store.clockMillis() / 1_000 + " s");
        line(out, "region", ByteSize.format(stats.regionBytes()));
        line(out, "segments", store.segments() + " of " + ByteSize.format(store.segmentBytes()));
        line(
                out,
                "index",
                store.stripes() + " stripes of " + store.bucketsPerStripe() + " buckets, "
                        + ByteSize.format(stats.indexBytes()));
        line(out, "entries", String.format(Locale.ROOT, "%,d", stats.entries()));
        line(out, "live", ByteSize.format(stats.liveBytes()));
        line(out, "dead", ByteSize.format(stats.deadBytes()));
        line(out, "free", ByteSize.format(stats.freeBytes()));
        line(out, "hits, misses", String.format(Locale.ROOT, "%,d, %,d", stats.hits(), stats.misses()));
        line(
                out,
                "evictions",
                String.format(
                        Locale.ROOT,
                        "%,d on probation, %,d established, %,d under pressure, %,d for the index",
                        stats.evictedOnProbation(),
                        stats.evictedFromMain(),
                        stats.evictedUnderPressure(),
                        stats.evictedForIndex()));
        line(out, "expirations", String.format(Locale.ROOT, "%,d", stats.expirations()));
        line(
                out,
                "refused",
                String.format(
                        Locale.ROOT,
                        "%,d large, %,d for want of space",
                        stats.refusedAdmissions(),
                        stats.refusedForSpace()));
        out.flush();
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-14s %s%n", name, value);
    }
}
