package io.cachee.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Describes a value that is a copy of another server's. The stamp follows the value's last byte, in a store whose
 * values are stamped ({@link StoreOptions#stamped}). Times are those of the store's clock.
 *
 * <pre>
 *    0  48 bits: until when it is fresh               16 bits: milliseconds that loading took
 *    8  48 bits: when it expires there, 0 for never    2 bits: kind     14 bits: slot
 *   16  32 bits: generation                           32 bits: how long it is fresh from its load on, in milliseconds
 * </pre>
 *
 * <p>The server vouches for the value as long as the stamp's generation is in force for its slot ({@link Store#vouch}).
 */
public final class Stamp {
    /** The bytes that a stamp takes. */
    public static final int BYTES = 24;
    /** The largest number of slots. */
    public static final int MOST_SLOTS = 1 << 14;

    private static final int LONGEST_LOAD = 0xffff;
    private static final long TIME = (1L << 48) - 1;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a stamp describes. */
    public enum Kind {
        /** Nothing: these bytes are no stamp. */
        NONE(0),
        /** A value that the server vouches for. */
        VALUE(1),
        /** The absence of the key. */
        ABSENT(2),
        /** A value that may be served though nothing vouches for it. */
        COPY(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Kind of(int code) {
            return switch (code) {
                case 1 -> VALUE;
                case 2 -> ABSENT;
                case 3 -> COPY;
                default -> NONE;
            };
        }
    }

    private long freshUntil;
    private int loadMillis;
    private long l2Expiry;
    private Kind kind = Kind.NONE;
    private int slot;
    private int generation;
    private int lifetimeMillis;

    /** Creates a stamp to be filled. */
    public Stamp() {}

    /** Sets what the stamp describes, and the generation that vouches for it. */
    public Stamp of(Kind ofWhat, int ofSlot, int inGeneration) {
        kind = ofWhat;
        slot = ofSlot & MOST_SLOTS - 1;
        generation = inGeneration;
        return this;
    }

    /**
     * Sets when the value was loaded, and how long it is fresh.
     *
     * @param expiry when the key expires at the other server, or 0 for never
     */
    public Stamp loaded(long now, int lifetime, long expiry, int tookMillis) {
        freshUntil = now + lifetime & TIME;
        lifetimeMillis = lifetime;
        l2Expiry = expiry & TIME;
        loadMillis = Math.min(tookMillis, LONGEST_LOAD);
        return this;
    }

    /** Writes the stamp at the end of an array. */
    public void write(byte[] target) {
        int at = target.length - BYTES;
        LONGS.set(target, at, freshUntil | (long) loadMillis << 48);
        LONGS.set(target, at + 8, l2Expiry | (long) kind.code << 48 | (long) slot << 50);
        LONGS.set(target, at + 16, generation & 0xffffffffL | (long) lifetimeMillis << 32);
    }

    /** Reads the stamp that ends at {@code end}. */
    public Stamp read(byte[] value, int end) {
        int at = end - BYTES;
        return set((long) LONGS.get(value, at), (long) LONGS.get(value, at + 8), (long) LONGS.get(value, at + 16));
    }

    /** Sets the stamp from its three words, which the caller has read. */
    public Stamp set(long first, long second, long third) {
        freshUntil = freshUntil(first);
        loadMillis = (int) (first >>> 48);
        l2Expiry = second & TIME;
        kind = Kind.of(kind(second));
        slot = slot(second);
        generation = generation(third);
        lifetimeMillis = lifetime(third);
        return this;
    }

    // Words, for reads that create nothing.

    static long freshUntil(long first) {
        return first & TIME;
    }

    private static int kind(long second) {
        return (int) (second >>> 48) & 3;
    }

    static boolean isValue(long second) {
        return kind(second) == Kind.VALUE.code;
    }

    static int slot(long second) {
        return (int) (second >>> 50);
    }

    static int generation(long third) {
        return (int) third;
    }

    static int lifetime(long third) {
        return (int) (third >>> 32);
    }

    /** What it is the stamp of. */
    public Kind kind() {
        return kind;
    }

    /** Whether it says that the key does not exist. */
    public boolean isAbsent() {
        return kind == Kind.ABSENT;
    }

    /** Until when the value may be served, if it is vouched for. */
    public long freshUntil() {
        return freshUntil;
    }

    /** When the value was loaded. */
    public long loadedAt() {
        return freshUntil - lifetimeMillis;
    }

    /** How long the load took. */
    public int loadMillis() {
        return loadMillis;
    }

    /** When the key expires at the other server; 0 for never. */
    public long l2Expiry() {
        return l2Expiry;
    }

    /** The slot whose generation must be the stamp's. */
    public int slot() {
        return slot;
    }

    /** The generation that was in force when the value was loaded. */
    public int generation() {
        return generation;
    }
}
