package io.cachee.simulate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A trace with the sizes of its objects. A key has {@link #KEY_BYTES}; payload is key and value together. */
final class Workload {
    static final int KEY_BYTES = Long.BYTES;

    private final Trace trace;
    private final long uniformBytes;
    private final long @Nullable [] valueBytes;

    private Workload(Trace trace, long uniformBytes, long @Nullable [] valueBytes) {
        this.trace = trace;
        this.uniformBytes = uniformBytes;
        this.valueBytes = valueBytes;
    }

    /** All values have the same size, whatever the trace says. */
    static Workload uniform(Trace trace, long valueBytes) {
        return new Workload(trace, valueBytes, null);
    }

    /** Values have their sizes in the trace. */
    static Workload sized(Trace trace) {
        long[] sizes = trace.sizes();
        if (sizes == null) {
            throw new IllegalArgumentException("trace " + trace.name() + " has no sizes");
        }
        boolean equal = Arrays.stream(sizes).allMatch(size -> size == sizes[0]);
        return equal ? uniform(trace, sizes[0]) : new Workload(trace, 0, sizes);
    }

    Trace trace() {
        return trace;
    }

    boolean isUniform() {
        return valueBytes == null;
    }

    long valueBytes(int number) {
        return valueBytes == null ? uniformBytes : valueBytes[number];
    }

    long payloadBytes(int number) {
        return KEY_BYTES + valueBytes(number);
    }

    /** The payload of all keys together. */
    long footprintBytes() {
        long sum = 0;
        for (int number = 0; number < trace.uniqueKeys(); number++) {
            sum += payloadBytes(number);
        }
        return sum;
    }

    long largestValueBytes() {
        return valueBytes == null
                ? uniformBytes
                : Arrays.stream(valueBytes).max().orElse(0);
    }
}
