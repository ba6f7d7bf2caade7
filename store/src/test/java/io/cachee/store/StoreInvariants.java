package io.cachee.store;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What holds whenever no operation is under way. Checked after every store test and every step of the model test. */
final class StoreInvariants {
    private final Store store;
    private final Region region;
    private final Layout layout;
    private final Index index;
    private final Map<Integer, Long> liveBySegment = new HashMap<>();

    private StoreInvariants(Store store) {
        this.store = store;
        this.region = store.core().region;
        this.layout = store.core().layout;
        this.index = store.core().index;
    }

    static void check(Store store) {
        new StoreInvariants(store).check();
    }

    private void check() {
        Set<Long> addresses = new HashSet<>();
        long entries = 0;
        for (int stripe = 0; stripe < layout.stripeCount(); stripe++) {
            entries += checkStripe(stripe, addresses);
        }
        require(entries == store.size(), "%d slots, %d entries counted", entries, store.size());
        checkSpace();
    }

    private int checkStripe(int stripe, Set<Long> addresses) {
        long word = region.getLong(layout.stripeWordOffset(stripe));
        require(!StripeWord.isBusy(word), "stripe %d is busy", stripe);
        if (StripeWord.epoch(word) != index.epoch()) {
            require(index.entries(stripe) == 0, "stripe %d was cleared and has entries", stripe);
            return 0;
        }
        long shape = index.shape();
        int buckets = IndexShape.buckets(shape, stripe);
        long base = index.stripeOffset(shape, stripe);
        require(
                base + IndexShape.stripeBytes(buckets)
                        <= (long) store.core().segments.firstSegment() * layout.segmentSize(),
                "stripe %d lies in segments",
                stripe);
        int count = 0;
        for (int bucket = 0; bucket < buckets + Slots.MAX_DISPLACEMENT; bucket++) {
            for (int i = 0; i < Slots.SLOTS_PER_BUCKET; i++) {
                long slotOffset = base + (long) bucket * Slots.BUCKET_BYTES + 8L * i;
                long slot = region.getLong(slotOffset);
                if (slot != 0) {
                    count++;
                    checkSlot(stripe, base, buckets, bucket, slot);
                    require(addresses.add(Slots.address(slot)), "two slots for %d", Slots.address(slot));
                }
            }
        }
        require(
                count == index.entries(stripe),
                "stripe %d: %d slots, %d counted",
                stripe,
                count,
                index.entries(stripe));
        return count;
    }

    private void checkSlot(int stripe, long base, int buckets, int bucket, long slot) {
        int home = Slots.home(Slots.tag(slot), buckets);
        require(
                home <= bucket && bucket - home <= Slots.MAX_DISPLACEMENT,
                "stripe %d: home bucket %d, found in %d",
                stripe,
                home,
                bucket);
        for (int between = home; between < bucket; between++) {
            for (int i = 0; i < Slots.SLOTS_PER_BUCKET; i++) {
                require(
                        region.getLong(base + (long) between * Slots.BUCKET_BYTES + 8L * i) != 0,
                        "stripe %d: bucket %d has a gap before displaced entry in %d",
                        stripe,
                        between,
                        bucket);
            }
        }
        long address = Slots.address(slot);
        long first = region.getLong(address);
        require(
                (store.core().records.generation(address) & 0xff) == Slots.generation(slot),
                "generation of slot for %d differs",
                address);
        require(RecordDescriptor.kind(first) != RecordDescriptor.CHUNK, "slot leads to chunk at %d", address);
        long hash = store.core().records.hash(address, first);
        require(index.stripeOf(hash) == stripe, "record %d is of another stripe", address);
        require(Slots.tagOfHash(hash) == Slots.tag(slot), "record %d has another tag", address);
        countLive(address, first);
    }

    private void countLive(long address, long first) {
        addLive(address, RecordDescriptor.recordBytes(region, address, first));
        if (RecordDescriptor.kind(first) == RecordDescriptor.HEAD) {
            long words = RecordDescriptor.chunkWordsOffset(address, RecordDescriptor.expires(first));
            long bytes = 0;
            for (int i = 0; i < region.getInt(address + 12); i++) {
                long word = region.getLong(words + 8L * i);
                long chunk = Slots.address(word);
                require(
                        Slots.generation(word) == (store.core().records.generation(chunk) & 0xff),
                        "chunk %d of %d is gone",
                        i,
                        address);
                require(region.getLong(chunk + 8) == region.getLong(address + 24), "chunk of another entry");
                addLive(chunk, RecordDescriptor.CHUNK_BYTES + Slots.tag(word));
                bytes += Slots.tag(word);
            }
            require(
                    bytes == region.getInt(address + 8) + region.getLong(address + 16),
                    "chunks of %d hold %d bytes",
                    address,
                    bytes);
        }
    }

    private void addLive(long address, long size) {
        liveBySegment.merge(store.core().segments.segmentOf(address), size, Long::sum);
    }

    private void checkSpace() {
        Segments segments = store.core().segments;
        long live = 0;
        long used = 0;
        for (int segment = 0; segment < layout.segmentCount(); segment++) {
            long expected = liveBySegment.getOrDefault(segment, 0L);
            require(
                    segments.liveBytes(segment) == expected,
                    "segment %d: %d live bytes counted, %d linked",
                    segment,
                    segments.liveBytes(segment),
                    expected);
            require(segments.isQuiet(segment), "segment %d has a writer at work", segment);
            live += expected;
            used += segments.usedBytes(segment);
        }
        require(
                used - live == segments.deadBytes(),
                "%d bytes used, %d live, %d counted dead",
                used,
                live,
                segments.deadBytes());
        long inLogs = 0;
        for (int log = 0; log < Segments.LOGS; log++) {
            inLogs += segments.liveBytesIn(log);
        }
        require(inLogs == live, "%d bytes live in logs, %d linked", inLogs, live);
        require(
                segments.liveBytes() <= (long) segments.capacity() * segments.segmentSize(),
                "more live bytes than space");
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency for one method.
    private static void require(boolean holds, String message, Object... arguments) {
        if (!holds) {
            throw new AssertionError(message.formatted(arguments));
        }
    }
}
