package io.cachee.store;

/**
 * Loads the memory of entries into the processor's caches before they are used. A read waits for a line of the index
 * and then for the record that the line names, and reads of several keys wait one after the other. Here all lines of
 * the index are loaded at the same time, and then all records.
 *
 * <p>Nothing that is read here is trusted: an address outside the region is not followed, and any other mistake only
 * costs time.
 */
final class Prefetch {
    private static final int LINE = 64;

    /** The most lines to load of each log. A record of the usual size takes three. */
    private static final int MOST_LINES_OF_LOG = 8;

    private final Region region;
    private final Layout layout;
    private final Index index;
    private final Segments segments;
    private final KeyHash keyHash;
    private final int stripeShift;
    private final long indexOffset;
    private final long lastBucket;
    private final long lastRecord;

    Prefetch(Region region, Layout layout, Index index, Segments segments, KeyHash keyHash) {
        this.region = region;
        this.layout = layout;
        this.index = index;
        this.segments = segments;
        this.keyHash = keyHash;
        this.stripeShift = 64 - layout.stripeShift();
        this.indexOffset = layout.indexOffset();
        this.lastBucket = region.size() - Slots.BUCKET_BYTES;
        this.lastRecord = region.size() - 3L * LINE;
    }

    void prefetch(KeyBatch batch) {
        long base = region.address();
        long shape = Region.acquire(base + HeaderDescriptor.SHAPE_OFFSET);
        int count = batch.count;
        long[] places = batch.places;
        for (int i = 0; i < count; i++) {
            long hash = keyHash.of(batch.buffer, batch.starts[i], batch.ends[i] - batch.starts[i]);
            batch.hashes[i] = hash;
            places[i] = firstChoice(hash, shape);
        }
        for (int i = 0; i < count; i++) {
            places[i] = Region.plain(base + places[i]);
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            long address = Slots.address(
                    Slots.tag(places[i]) == Slots.tagOfHash(batch.hashes[i])
                            ? places[i]
                            : otherChoice(base, batch.hashes[i], shape));
            boolean isWithin = address >= indexOffset && address <= lastRecord;
            places[i] = isWithin ? address : indexOffset;
            sum += Region.plain(base + places[i]);
        }
        for (int i = 0; i < count; i++) {
            long address = base + places[i];
            long first = Region.plain(address);
            sum += Region.plain(address + LINE);
            if (RecordDescriptor.compactKeyLength(first) + RecordDescriptor.compactValueLength(first) > LINE) {
                sum += Region.plain(address + 2 * LINE);
            }
        }
        batch.sum = batch.writes == 0 ? sum : sum + prefetchForWrites(base, batch);
    }

    /** Loads what a write needs besides: history, coherence counter, and the lines that its record will take. */
    private long prefetchForWrites(long base, KeyBatch batch) {
        long sum = 0;
        for (int i = 0; i < batch.count; i++) {
            if (batch.written[i]) {
                sum += Region.plain(base + within(index.historyOffset(batch.hashes[i])));
                sum += Region.plain(base + layout.counterOffset(batch.hashes[i]));
            }
        }
        int lines = Math.min(3 * batch.writes, MOST_LINES_OF_LOG);
        for (int log = 0; log < Segments.LOGS; log++) {
            long end = segments.end(log);
            for (int line = 0; line < lines; line++) {
                sum += Region.plain(base + within(end + (long) line * LINE));
            }
        }
        return sum;
    }

    private long within(long offset) {
        return offset >= 0 && offset <= lastRecord ? offset : indexOffset;
    }

    private long bucket(long hash, long shape) {
        int stripe = (int) (hash >>> stripeShift);
        int buckets = IndexShape.buckets(shape, stripe);
        long bucket = indexOffset
                + stripe * IndexShape.stripeBytes(buckets)
                + (long) Slots.home(Slots.tagOfHash(hash), buckets) * Slots.BUCKET_BYTES;
        return bucket < indexOffset || bucket > lastBucket ? indexOffset : bucket;
    }

    private long firstChoice(long hash, long shape) {
        return bucket(hash, shape) + ((Slots.tagOfHash(hash) & Slots.SLOTS_PER_BUCKET - 1) << 3);
    }

    /** The slot with the key's tag in its home bucket, or 0. */
    private long otherChoice(long base, long hash, long shape) {
        long tag = Slots.tagOfHash(hash);
        long bucket = base + bucket(hash, shape);
        for (int i = 1; i < Slots.SLOTS_PER_BUCKET; i++) {
            long slot = Region.plain(bucket + ((tag + i & Slots.SLOTS_PER_BUCKET - 1) << 3));
            if (Slots.tag(slot) == tag) {
                return slot;
            }
        }
        return 0;
    }
}
