package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Reads what {@link StoreLoad} writes, and counts. */
final class CheckedReads {
    private static final int LARGEST = 1 << 20;

    final AtomicLong reads = new AtomicLong();
    final AtomicLong hits = new AtomicLong();
    final AtomicLong torn = new AtomicLong();
    final AtomicLong foreign = new AtomicLong();
    final AtomicLong expired = new AtomicLong();
    final AtomicLong thrown = new AtomicLong();

    static StoreReader.Options options() {
        return StoreReader.Options.DEFAULT
                .withAttachTimeout(Duration.ofSeconds(20))
                .withStaleAfter(Duration.ofMillis(250));
    }

    void run(StoreReader reader, long seed, AtomicBoolean done) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] array = new byte[LARGEST];
        MemorySegment target = MemorySegment.ofArray(array);
        EntryInfo info = new EntryInfo();
        while (!done.get()) {
            int number = random.nextInt(StoreLoad.KEYS);
            byte[] key = StoreLoad.key(number);
            try {
                long length = reader.get(key, 0, key.length, target, 0, LARGEST, info);
                reads.incrementAndGet();
                if (length >= 0) {
                    hits.incrementAndGet();
                    judge(StoreLoad.examine(number, array, (int) length, info.expiryMillis()), info);
                }
            } catch (RuntimeException | Error e) {
                thrown.incrementAndGet();
                e.printStackTrace();
            }
        }
    }

    private void judge(String fault, EntryInfo info) {
        if (fault.equals("torn")) {
            torn.incrementAndGet();
        } else if (fault.equals("foreign")) {
            foreign.incrementAndGet();
        } else if (info.ttlMillis() != EntryInfo.NO_TTL && info.ttlMillis() <= 0) {
            expired.incrementAndGet();
        }
    }

    String summary(StoreReader reader) {
        return "reads " + reads + " hits " + hits + " misses " + (reads.get() - hits.get()) + " torn " + torn
                + " foreign " + foreign + " expired " + expired + " thrown " + thrown + " attachments "
                + reader.attachments();
    }

    long faults() {
        return torn.get() + foreign.get() + expired.get() + thrown.get();
    }
}
