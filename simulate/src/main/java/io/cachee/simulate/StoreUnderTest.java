package io.cachee.simulate;

import io.cachee.store.Clock;
import io.cachee.store.Eviction;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Store;
import io.cachee.store.StoreFileException;
import io.cachee.store.StoreOptions;
import io.cachee.store.StoreStats;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The real store in anonymous memory, with repeatable results: a fixed seed, a clock that moves with the requests, and
 * housekeeping between them. Values are zeros and are not copied out by reads; a request allocates nothing.
 */
final class StoreUnderTest implements AutoCloseable {
    static final long MIN_REGION_BYTES = 1L << 20;
    static final long MAX_REGION_BYTES = 1L << 36;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0xCAC4EEL;
    private static final int REQUESTS_PER_TICK = 1024;
    private static final long NANOS_PER_REQUEST = 1000;
    private static final int ENTRIES_PER_SCAN = 1024;
    /** The regions that may wait for the garbage collector, which does not know how large they are. */
    private static final long MAX_ABANDONED_BYTES = 512L << 20;

    private static long abandonedBytes;

    private final Store store;
    private final long regionBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment zeros;
    private final byte[] key = new byte[Workload.KEY_BYTES];
    private long requests;
    private long tooLarge;
    private boolean full;

    private StoreUnderTest(long regionBytes, Eviction eviction, long largestValueBytes) {
        this.regionBytes = regionBytes;
        Clock clock = new Clock() {
            @Override
            public long nanoTime() {
                return requests * NANOS_PER_REQUEST;
            }

            @Override
            public long wallMillis() {
                return 0;
            }
        };
        try {
            this.store = Store.open(StoreOptions.maxMemory(regionBytes)
                    .eviction(eviction)
                    .housekeeping(false)
                    .clock(clock)
                    .seed(SEED));
        } catch (StoreFileException e) {
            throw new UncheckedIOException(e);
        }
        this.zeros = arena.allocate(Math.max(1, Math.min(largestValueBytes, store.maxValueSize())));
    }

    static StoreUnderTest open(long regionBytes, Eviction eviction, long largestValueBytes) {
        return new StoreUnderTest(regionBytes, eviction, largestValueBytes);
    }

    /** Requests a key, and stores it on a miss. Returns true for a hit. */
    boolean request(long id, long valueBytes) {
        LONGS.set(key, 0, id);
        if (++requests % REQUESTS_PER_TICK == 0) {
            store.tick();
        }
        if (store.get(key, 0, key.length, zeros, 0, 0) >= 0) {
            return true;
        }
        if (valueBytes > store.maxValueSize()) {
            tooLarge++;
            return false;
        }
        PutResult result = store.put(key, 0, key.length, zeros, 0, valueBytes, Store.NO_TTL, PutMode.ALWAYS);
        full |= result != PutResult.STORED;
        return false;
    }

    /** Whether something was evicted or refused for lack of room. The index may run out of room earlier. */
    boolean isFull() {
        if (!full) {
            StoreStats stats = store.stats();
            long evicted = stats.evictions() - stats.evictedForIndex();
            full = evicted + stats.refusedAdmissions() + stats.refusedForSpace() > 0;
        }
        return full;
    }

    long entries() {
        return store.size();
    }

    /** Bytes of keys and values, found by visiting every entry. */
    long payloadBytes() {
        long[] sum = new long[1];
        long cursor = 0;
        do {
            cursor = store.scan(cursor, ENTRIES_PER_SCAN, (found, info) -> sum[0] += found.length + info.valueLength());
        } while (cursor != 0);
        return sum[0];
    }

    /** The number of values that exceed the store's limit, an eighth of the region. */
    long tooLarge() {
        return tooLarge;
    }

    @Override
    public void close() {
        store.close();
        arena.close();
        noteAbandoned(regionBytes);
    }

    private static synchronized void noteAbandoned(long bytes) {
        abandonedBytes += bytes;
        if (abandonedBytes > MAX_ABANDONED_BYTES) {
            System.gc();
            abandonedBytes = 0;
        }
    }
}
