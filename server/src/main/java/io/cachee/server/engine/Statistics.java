package io.cachee.server.engine;

import io.cachee.server.metrics.LatencyHistogram;
import io.cachee.server.metrics.Rates;
import io.cachee.server.metrics.Totals;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The sums of what the executors of all event loops have counted. */
public final class Statistics {
    private final List<CommandExecutor> executors = new CopyOnWriteArrayList<>();
    private final Rates rates = new Rates();
    private volatile Totals baseline = Totals.ZERO;

    /** Creates the executor of an event loop. */
    CommandExecutor add(SharedState shared, ByteBufAllocator allocator) {
        CommandExecutor executor = new CommandExecutor(shared, executors.size(), allocator);
        executors.add(executor);
        return executor;
    }

    public List<CommandExecutor> executors() {
        return executors;
    }

    /** Releases the buffers of the executors. Call after all event loops have ended. */
    void close() {
        executors.forEach(executor -> executor.reply().close());
        executors.clear();
    }

    public Rates rates() {
        return rates;
    }

    /** Call about once a second. */
    public void tick() {
        rates.sample(sinceStart().commands());
    }

    /** How many commands have run since the start. */
    public long commandsRun() {
        long sum = 0;
        for (CommandExecutor executor : executors) {
            sum += executor.stats.commands();
        }
        return sum;
    }

    public Totals sinceStart() {
        Totals sum = Totals.ZERO;
        for (CommandExecutor executor : executors) {
            LoopStats s = executor.stats;
            sum = sum.plus(new Totals(s.hits(), s.misses(), s.commands(), s.bytesIn(), s.bytesOut()));
        }
        return sum;
    }

    /** The sums since the start or the last CONFIG RESETSTAT. */
    public Totals sinceReset() {
        return sinceStart().minus(baseline);
    }

    /** Begins to count anew, for CONFIG RESETSTAT. */
    public void reset() {
        baseline = sinceStart();
    }

    /** How many reads there were since the start or the last CONFIG RESETSTAT. */
    public long reads() {
        Totals totals = sinceReset();
        return totals.hits() + totals.misses();
    }

    /** The share of reads since the start that found a value; 0 if there were none. */
    public double hitRate() {
        Totals totals = sinceStart();
        long lookups = totals.hits() + totals.misses();
        return lookups == 0 ? 0 : (double) totals.hits() / lookups;
    }

    /** The keys with the most reads, or the most bytes, in descending order. */
    public List<HotKeys.Entry> hottest(boolean byBytes, int most) {
        Map<Bytes, Long> sums = new HashMap<>();
        for (CommandExecutor executor : executors) {
            for (HotKeys.Entry entry : executor.hotKeys(byBytes).entries()) {
                sums.merge(entry.key(), entry.count(), Long::sum);
            }
        }
        List<HotKeys.Entry> all = new ArrayList<>();
        sums.forEach((key, count) -> all.add(new HotKeys.Entry(key, count)));
        all.sort((a, b) -> Long.compare(b.count(), a.count()));
        return all.size() > most ? all.subList(0, most) : all;
    }

    /** How often a stored key was read, if it is among those that are read most; otherwise 0. */
    public long readsOf(byte[] buffer, int offset, int length) {
        long sum = 0;
        for (CommandExecutor executor : executors) {
            sum += executor.hotKeys(false).countOf(buffer, offset, length);
        }
        return sum;
    }

    /** The reads, or the bytes, of all keys. */
    public long counted(boolean ofBytes) {
        return executors.stream().mapToLong(e -> e.hotKeys(ofBytes).total()).sum();
    }

    /** How long the commands of a group took over a transport; null stands for all groups, or all transports. */
    public LatencyHistogram.Sum latency(Command.@Nullable Group group, @Nullable Transport transport) {
        LatencyHistogram.Sum sum = new LatencyHistogram.Sum();
        for (CommandExecutor executor : executors) {
            for (Command.Group g : Command.Group.values()) {
                for (Transport t : Transport.values()) {
                    if ((group == null || g == group) && (transport == null || t == transport)) {
                        executor.stats.latency(g, t).addTo(sum);
                    }
                }
            }
        }
        return sum;
    }
}
