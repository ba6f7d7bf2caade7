package io.cachee.bench;

import io.cachee.store.PutMode;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A million entries expire within a second while a writer goes on overwriting other keys: how long its puts take,
 * beside a time in which nothing expires and one in which a thread only reads the clock. And how soon the memory is
 * free without a single read. It happens several times over, for the first time is also the first time for the code,
 * which the JIT compiler is busy with.
 */
public final class ExpiryReport {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int ENTRIES = 1_000_000;
    private static final int KEY_BYTES = 16;
    private static final int VALUE_BYTES = 100;
    private static final long LIFE_MILLIS = 4_000;
    private static final long SPREAD_MILLIS = 1_000;
    private static final int WAVES = 5;
    private static final int MOST_PUTS = 24_000_000;
    private static final long STALL_NANOS = 1_000_000;
    private static final int PUTS_PER_LOOK = 4_096;

    private final Store store;
    private final byte[] key = new byte[KEY_BYTES];
    private final byte[] value = new byte[VALUE_BYTES];
    private final long[] nanos = new long[MOST_PUTS];
    private final ThreadTimes times = new ThreadTimes();
    /** The stalls of this phase in which the thread mostly slept: it waited for a lock. */
    private int asleep;
    /** The stalls in which the thread was mostly ready to run, but had no core. */
    private int withoutCore;

    private ExpiryReport(Store store) {
        this.store = store;
    }

    public static void main(String[] arguments) throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(256L << 20))) {
            new ExpiryReport(store).run();
        }
    }

    private void run() {
        for (int i = 0; i < ENTRIES / 10; i++) {
            put(-1 - i, Store.NO_TTL);
        }
        writeFor(TimeUnit.SECONDS.toNanos(2));
        System.out.printf(
                "%-26s %10s %10s %10s %11s %10s %10s %8s %8s%n",
                "puts while",
                "count",
                "p99.9 us",
                "p99.99 us",
                "p99.999 us",
                "longest us",
                "over 1 ms",
                "asleep",
                "no core");
        report("(reading the clock alone)", readClockFor(TimeUnit.SECONDS.toNanos(2)));
        report("nothing expires", writeFor(TimeUnit.SECONDS.toNanos(2)));
        for (int wave = 1; wave <= WAVES; wave++) {
            expire("1,000,000 expire, time " + wave);
        }
    }

    private void expire(String what) {
        long start = System.nanoTime();
        for (int i = 0; i < ENTRIES; i++) {
            put(i, LIFE_MILLIS + i % SPREAD_MILLIS);
        }
        long before = store.stats().liveBytes();
        long untilDue = start + TimeUnit.MILLISECONDS.toNanos(LIFE_MILLIS) - System.nanoTime();
        writeFor(Math.max(0, untilDue));
        report(what, writeFor(TimeUnit.SECONDS.toNanos(3)));
        System.out.printf(
                "    %,d expired so far, %,d bytes live before, %,d after%n",
                store.stats().expirations(), before, store.stats().liveBytes());
    }

    private void put(long number, long ttlMillis) {
        LONGS.set(key, 0, number * 0x9E3779B97F4A7C15L);
        LONGS.set(key, 8, number);
        store.put(key, 0, KEY_BYTES, value, 0, VALUE_BYTES, ttlMillis, PutMode.ALWAYS);
    }

    /** The pauses of a thread that does nothing, which are the machine's own. */
    private int readClockFor(long duration) {
        return timeFor(duration, false);
    }

    /** Overwrites keys that do not expire and times each put. */
    private int writeFor(long duration) {
        return timeFor(duration, true);
    }

    private int timeFor(long duration, boolean putting) {
        long end = System.nanoTime() + duration;
        int count = 0;
        asleep = 0;
        withoutCore = 0;
        times.look();
        long now = System.nanoTime();
        while (now < end && count < MOST_PUTS) {
            if (putting) {
                put(-1 - count % (ENTRIES / 10), Store.NO_TTL);
            }
            long after = System.nanoTime();
            nanos[count++] = after - now;
            if (after - now > STALL_NANOS) {
                noteStall(after - now);
                after = System.nanoTime();
            } else if (count % PUTS_PER_LOOK == 0) {
                times.look();
                after = System.nanoTime();
            }
            now = after;
        }
        return count;
    }

    private void noteStall(long stallNanos) {
        times.look();
        if (times.sleptNanos() > stallNanos / 2) {
            asleep++;
        } else if (times.coreWaitNanos() > stallNanos / 2) {
            withoutCore++;
        }
    }

    private void report(String what, int count) {
        Arrays.sort(nanos, 0, count);
        int overMillisecond = 0;
        while (overMillisecond < count && nanos[count - 1 - overMillisecond] > STALL_NANOS) {
            overMillisecond++;
        }
        System.out.printf(
                "%-26s %10d %10.1f %10.1f %11.1f %10.1f %10d %8d %8d%n",
                what,
                count,
                nanos[count - 1 - count / 1_000] / 1e3,
                nanos[count - 1 - count / 10_000] / 1e3,
                nanos[count - 1 - count / 100_000] / 1e3,
                nanos[count - 1] / 1e3,
                overMillisecond,
                asleep,
                withoutCore);
    }
}
