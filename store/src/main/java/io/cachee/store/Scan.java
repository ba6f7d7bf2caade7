package io.cachee.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Walks the index by stripe and, within a stripe, by tag. Rebuilding a stripe does not change this order, so the
 * cursor, {@code stripe << 21 | tag}, is all that a scan needs, and entries that move meanwhile are neither missed nor
 * visited twice.
 */
final class Scan {
    private static final int TAG_BITS = Slots.TAG_BITS + 1;
    private static final int MAX_BUCKETS_PER_STEP = 128;
    /** Even where nothing is found, one call looks at no more buckets than this. */
    private static final int MAX_BUCKETS_PER_CALL = 1 << 14;

    private final StoreCore core;
    private final Index index;
    private final Records records;
    private final Region region;
    private final Layout layout;

    Scan(StoreCore core) {
        this.core = core;
        this.index = core.index;
        this.records = core.records;
        this.region = core.region;
        this.layout = core.layout;
    }

    /** Entries that were collected while their stripe was locked, to be visited when it is unlocked. */
    private static final class Found {
        final List<byte[]> keys = new ArrayList<>();
        final List<EntryInfo> infos = new ArrayList<>();
    }

    long from(long cursor, int count, EntryVisitor visitor) {
        int stripe = (int) (cursor >>> TAG_BITS);
        long tag = cursor & (1L << TAG_BITS) - 1;
        if (cursor < 0 || stripe >= layout.stripeCount() || tag >= 1L << Slots.TAG_BITS) {
            return 0;
        }
        int buckets = Math.clamp(count / Slots.SLOTS_PER_BUCKET, 1, MAX_BUCKETS_PER_STEP);
        int visited = 0;
        for (int looked = 0; looked < MAX_BUCKETS_PER_CALL; looked += buckets) {
            Found found = new Found();
            tag = collect(stripe, tag, buckets, found);
            for (int i = 0; i < found.keys.size(); i++) {
                visitor.visit(found.keys.get(i), found.infos.get(i));
            }
            visited += found.keys.size();
            if (tag >= 1L << Slots.TAG_BITS) {
                tag = 0;
                if (++stripe == layout.stripeCount()) {
                    return 0;
                }
            }
            if (visited >= count) {
                break;
            }
        }
        return (long) stripe << TAG_BITS | tag;
    }

    /** Collects the entries whose home is one of the next buckets and returns the tag to go on with. */
    private long collect(int stripe, long fromTag, int bucketCount, Found found) {
        StampedLock lock = index.lock(stripe);
        long stamp = lock.writeLock();
        try {
            index.refresh(stripe);
            long shape = index.shape();
            int buckets = IndexShape.buckets(shape, stripe);
            int firstBucket = Slots.home(fromTag, buckets);
            int endBucket = Math.min(buckets, firstBucket + bucketCount);
            long endTag = (((long) endBucket << Slots.TAG_BITS) + buckets - 1) / buckets;
            long base = index.stripeOffset(shape, stripe);
            long end = base + (long) (endBucket + Slots.MAX_DISPLACEMENT) * Slots.BUCKET_BYTES;
            long now = core.clockMillis();
            for (long offset = base + (long) firstBucket * Slots.BUCKET_BYTES; offset < end; offset += 8) {
                long slot = region.getLong(offset);
                if (slot != 0 && Slots.tag(slot) >= fromTag && Slots.tag(slot) < endTag) {
                    addUnlessExpired(Slots.address(slot), now, found);
                }
            }
            return endTag;
        } finally {
            lock.unlockWrite(stamp);
        }
    }

    private void addUnlessExpired(long address, long now, Found found) {
        long first = region.getLong(address);
        if (!records.isExpired(address, first, now)) {
            EntryInfo info = new EntryInfo();
            records.describe(info, address, first, now);
            found.keys.add(records.key(address, first));
            found.infos.add(info);
        }
    }

    byte @Nullable [] randomKey() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long start = (long) random.nextInt(layout.stripeCount()) << TAG_BITS | random.nextLong(1L << Slots.TAG_BITS);
        byte[] found = randomFrom(start, random);
        return found != null ? found : randomFrom(0, random);
    }

    private byte @Nullable [] randomFrom(long start, ThreadLocalRandom random) {
        List<byte[]> keys = new ArrayList<>();
        long cursor = start;
        do {
            cursor = from(cursor, 1, (key, info) -> keys.add(key));
        } while (keys.isEmpty() && cursor != 0);
        return keys.isEmpty() ? null : keys.get(random.nextInt(keys.size()));
    }
}
