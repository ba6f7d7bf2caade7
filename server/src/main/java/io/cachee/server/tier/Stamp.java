package io.cachee.server.tier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What is known of a value that was loaded from L2, kept behind its last byte in the store. Times are of the store's
 * clock.
 *
 * <pre>
 *    0  48 bits: until when it is fresh   16 bits: milliseconds that loading took
 *    8  48 bits: when it expires in L2, 0 for never   16 bits: kind
 *   16  32 bits: generation   32 bits: how long it is fresh from its load on, in milliseconds
 * </pre>
 */
public final class Stamp {
    /** How many bytes it takes. */
    public static final int BYTES = 24;

    private static final int VALUE = 1;
    private static final int ABSENT = 2;
    private static final long TIME = (1L << 48) - 1;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long freshUntil;
    private int loadMillis;
    private long l2Expiry;
    private int kind;
    private int generation;
    private int lifetimeMillis;

    /** Creates one to be read into. */
    public Stamp() {}

    /**
     * Writes one at the end of an array.
     *
     * @param l2Expiry when the key expires in L2, or 0 for never
     */
    static void write(
            byte[] target,
            boolean isAbsent,
            long now,
            int lifetimeMillis,
            long l2Expiry,
            int loadMillis,
            int generation) {
        int at = target.length - BYTES;
        LONGS.set(target, at, now + lifetimeMillis & TIME | (long) Math.min(loadMillis, 0xffff) << 48);
        LONGS.set(target, at + 8, l2Expiry & TIME | (long) (isAbsent ? ABSENT : VALUE) << 48);
        LONGS.set(target, at + 16, generation & 0xffffffffL | (long) lifetimeMillis << 32);
    }

    /** Reads the one that ends where the value does. */
    public Stamp read(byte[] value, int end) {
        int at = end - BYTES;
        return set((long) LONGS.get(value, at), (long) LONGS.get(value, at + 8), (long) LONGS.get(value, at + 16));
    }

    /** Takes its three words, for those who read them from elsewhere. */
    public Stamp set(long first, long second, long third) {
        freshUntil = first & TIME;
        loadMillis = (int) (first >>> 48);
        l2Expiry = second & TIME;
        kind = (int) (second >>> 48);
        generation = (int) third;
        lifetimeMillis = (int) (third >>> 32);
        return this;
    }

    boolean isKnown() {
        return kind == VALUE || kind == ABSENT;
    }

    /** Whether it says that L2 has no such key. */
    public boolean isAbsent() {
        return kind == ABSENT;
    }

    long freshUntil() {
        return freshUntil;
    }

    long loadedAt() {
        return freshUntil - lifetimeMillis;
    }

    int loadMillis() {
        return loadMillis;
    }

    /** When the key expires in L2, by the store's clock; 0 for never. */
    public long l2Expiry() {
        return l2Expiry;
    }

    int generation() {
        return generation;
    }

    int lifetimeMillis() {
        return lifetimeMillis;
    }
}
