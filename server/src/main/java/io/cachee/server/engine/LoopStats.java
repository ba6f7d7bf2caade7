package io.cachee.server.engine;

import io.cachee.server.metrics.DurationClasses;
import io.cachee.server.metrics.LatencyHistogram;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one event loop. That loop alone writes them, any thread may read them. */
public final class LoopStats {
    private static final int HITS = 0;
    private static final int MISSES = 1;
    private static final int COMMANDS = 2;
    private static final int BYTES_IN = 3;
    private static final int BYTES_OUT = 4;
    private static final int FIXED = 5;

    private static final int CALLS = 0;
    private static final int NANOS = 1;
    private static final int REJECTED = 2;
    private static final int FAILED = 3;
    private static final int PER_COMMAND = 4;

    private final AtomicLongArray fixed = new AtomicLongArray(FIXED);
    private final AtomicLongArray byCommand;
    /** For each command, how many calls fall into each class of {@link DurationClasses}. */
    private final AtomicLongArray durations;

    private final Map<Command.Group, Map<Transport, LatencyHistogram>> latency = new EnumMap<>(Command.Group.class);

    LoopStats(int commands) {
        byCommand = new AtomicLongArray(commands * PER_COMMAND);
        durations = new AtomicLongArray(commands * DurationClasses.COUNT);
        for (Command.Group group : Command.Group.values()) {
            Map<Transport, LatencyHistogram> row = new EnumMap<>(Transport.class);
            for (Transport transport : Transport.values()) {
                row.put(transport, new LatencyHistogram());
            }
            latency.put(group, row);
        }
    }

    private static void add(AtomicLongArray counts, int at, long amount) {
        counts.setOpaque(at, counts.getPlain(at) + amount);
    }

    void looked(boolean found) {
        add(fixed, found ? HITS : MISSES, 1);
    }

    /** Counts calls of a command that took this long together. */
    void ran(Command command, Transport transport, int calls, long nanos) {
        long each = nanos / calls;
        add(fixed, COMMANDS, calls);
        add(byCommand, command.number * PER_COMMAND + CALLS, calls);
        add(byCommand, command.number * PER_COMMAND + NANOS, nanos);
        add(durations, command.number * DurationClasses.COUNT + DurationClasses.of(each), calls);
        latency(command.group, transport).record(each, calls, nanos);
    }

    void rejected(Command command) {
        add(byCommand, command.number * PER_COMMAND + REJECTED, 1);
    }

    void failed(Command command) {
        add(byCommand, command.number * PER_COMMAND + FAILED, 1);
    }

    void received(long bytes) {
        add(fixed, BYTES_IN, bytes);
    }

    void sent(long bytes) {
        add(fixed, BYTES_OUT, bytes);
    }

    long hits() {
        return fixed.getOpaque(HITS);
    }

    long misses() {
        return fixed.getOpaque(MISSES);
    }

    long commands() {
        return fixed.getOpaque(COMMANDS);
    }

    long bytesIn() {
        return fixed.getOpaque(BYTES_IN);
    }

    long bytesOut() {
        return fixed.getOpaque(BYTES_OUT);
    }

    public long calls(int command) {
        return byCommand.getOpaque(command * PER_COMMAND + CALLS);
    }

    public long nanos(int command) {
        return byCommand.getOpaque(command * PER_COMMAND + NANOS);
    }

    /** How many calls of a command fall into a class of {@link DurationClasses}. */
    public long durations(int command, int number) {
        return durations.getOpaque(command * DurationClasses.COUNT + number);
    }

    public long rejectedCalls(int command) {
        return byCommand.getOpaque(command * PER_COMMAND + REJECTED);
    }

    public long failedCalls(int command) {
        return byCommand.getOpaque(command * PER_COMMAND + FAILED);
    }

    LatencyHistogram latency(Command.Group group, Transport transport) {
        return Objects.requireNonNull(Objects.requireNonNull(latency.get(group)).get(transport));
    }
}
