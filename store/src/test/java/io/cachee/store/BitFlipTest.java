package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file in which bits have flipped is refused, or read without harm: no exception, no endless loop, no read out of
 * bounds, and what was not touched by the flip is returned whole or not at all. A record has no checksum of its own, so
 * a flip within a record may change the value that is returned for its key, and that is allowed.
 *
 * <p>The long run: {@code ./mvnw -pl store test -Dtest=BitFlipTest -Dtest.jvm.args=-Dcachee.flips=50000}
 */
final class BitFlipTest {
    private static final int FLIPS = Integer.getInteger("cachee.flips", 3_000);
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    /** As many copies as one read may try, by the attempts that {@link Lookup} allows itself. */
    private static final int MOST_COPIES_PER_READ = 64;

    private static final int ENTRIES = 1_200;
    private static final long MIB = 1 << 20;

    /** A stretch of the file that belongs to one entry. */
    private record Extent(long from, long to) {
        boolean holds(long offset) {
            return offset >= from && offset < to;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Entry(byte[] key, byte[] value, List<Extent> extents) {
        boolean owns(long offset) {
            return extents.stream().anyMatch(extent -> extent.holds(offset));
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private MemorySegment file = MemorySegment.NULL;
    private Layout layout = Layout.of(MIB);
    private int refused;
    private long hits;
    private long misses;
    private long damaged;
    private long foreignCells;

    /** Also of a size that leaves part of a segment at the end, where nothing is ever stored. */
    @ParameterizedTest
    @ValueSource(longs = {MIB, 5 * MIB + 4096})
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aFlippedBitHarmsNothingElse(long size) throws StoreFileException {
        System.out.println("BitFlipTest seed " + SEED + ", " + FLIPS + " flips, region of " + size);
        build(size);
        SplittableRandom random = new SplittableRandom(SEED);
        MemorySegment target = MemorySegment.ofArray(new byte[(int) size]);
        for (int i = 0; i < FLIPS; i++) {
            long bit = chooseBit(random);
            flip(bit);
            readAll(target, new long[] {bit >>> 3});
            flip(bit);
        }
        report("single flips");
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void manyFlippedBitsHarmNothingElse() throws StoreFileException {
        System.out.println("BitFlipTest seed " + SEED + ", " + FLIPS / 4 + " times up to 64 flips");
        build(5 * MIB + 4096);
        SplittableRandom random = new SplittableRandom(SEED);
        MemorySegment target = MemorySegment.ofArray(new byte[(int) layout.size()]);
        for (int i = 0; i < FLIPS / 4; i++) {
            long[] bits = new long[1 + random.nextInt(64)];
            long[] offsets = new long[bits.length];
            for (int b = 0; b < bits.length; b++) {
                bits[b] = chooseBit(random);
                offsets[b] = bits[b] >>> 3;
                flip(bits[b]);
            }
            readAll(target, offsets);
            for (long bit : bits) {
                flip(bit);
            }
        }
        report("multiple flips");
    }

    private void report(String what) {
        System.out.println("BitFlipTest " + what + ": " + refused + " files refused, " + hits + " hits, " + misses
                + " misses, " + damaged + " values damaged by a flip of their own, with " + foreignCells
                + " foreign cells");
        assertThat(hits).isGreaterThan(misses);
    }

    /** The header's page, the tables, the index, and the records, as often each. */
    private long chooseBit(SplittableRandom random) {
        Extent part = switch (random.nextInt(5)) {
            case 0 -> new Extent(0, HeaderDescriptor.STATISTICS_OFFSET);
            case 1 -> new Extent(layout.generationsOffset(), layout.indexOffset());
            case 2 -> new Extent(layout.indexOffset(), lowestRecord());
            case 3 -> entries.get(random.nextInt(entries.size())).extents.getFirst();
            default -> new Extent(lowestRecord(), layout.size());
        };
        return random.nextLong(part.from * 8, part.to * 8);
    }

    private long lowestRecord() {
        return entries.stream()
                .flatMap(entry -> entry.extents.stream())
                .mapToLong(Extent::from)
                .min()
                .orElseThrow();
    }

    private void flip(long bit) {
        byte value = file.get(ValueLayout.JAVA_BYTE, bit >>> 3);
        file.set(ValueLayout.JAVA_BYTE, bit >>> 3, (byte) (value ^ 1 << (bit & 7)));
    }

    private void readAll(MemorySegment target, long[] flipped) {
        PublishedLookup lookup;
        try {
            Region region = new Region(file.asReadOnly());
            lookup = new PublishedLookup(region, HeaderDescriptor.check(region, region.size()));
        } catch (AttachException e) {
            refused++;
            return;
        }
        for (Entry entry : entries) {
            lookup.looksAtTheClock = 0;
            long length = lookup.get(entry.key, target);
            assertThat(lookup.looksAtTheClock).isLessThanOrEqualTo(MOST_COPIES_PER_READ);
            if (length < 0) {
                misses++;
            } else {
                hits++;
                checkValue(entry, target, length, flipped);
            }
        }
    }

    private void checkValue(Entry entry, MemorySegment target, long length, long[] flipped) {
        assertThat(length).isLessThanOrEqualTo(layout.size());
        if (length == entry.value.length
                && MemorySegment.mismatch(target, 0, length, MemorySegment.ofArray(entry.value), 0, length) == -1) {
            return;
        }
        assertThat(java.util.Arrays.stream(flipped).anyMatch(entry::owns))
                .as("value of %d bytes instead of %d differs, flipped %s", length, entry.value.length, flipped)
                .isTrue();
        damaged++;
        long owner = java.nio.ByteBuffer.wrap(entry.key)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getLong();
        for (long at = TestEntries.CELL_BYTES; at + TestEntries.CELL_BYTES <= length; at += TestEntries.CELL_BYTES) {
            long claimed = target.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            foreignCells += claimed != owner && (claimed >>> 32) == 0xCAFE ? 1 : 0;
        }
    }

    private void build(long size) throws StoreFileException {
        Store store = Store.open(StoreOptions.maxMemory(size)
                .eviction(Eviction.NOEVICTION)
                .clock(new TestClock())
                .seed(SEED)
                .housekeeping(false));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < ENTRIES; i++) {
            long owner = 0xCAFEL << 32 | i;
            byte[] key = TestEntries.value(owner, i % 100 == 7 ? 300 : 8 + i % 20);
            int length = 16 + (i % 40 == 3 ? random.nextInt(6_000) : random.nextInt(300));
            byte[] value = TestEntries.value(owner, length);
            long ttl = i % 3 == 0 ? 1_000_000 : Store.NO_TTL;
            assertThat(TestEntries.put(store, key, value, ttl)).isEqualTo(PutResult.STORED);
            entries.add(new Entry(key, value, new ArrayList<>()));
        }
        store.tick();
        layout = store.core().layout;
        for (Entry entry : entries) {
            findExtents(store, entry);
        }
        file = Arena.ofAuto().allocate(layout.size(), Layout.PAGE);
        file.copyFrom(store.core().region.memory());
        StoreInvariants.check(store);
        store.close();
    }

    private static void findExtents(Store store, Entry entry) {
        Region region = store.core().region;
        long hash = new KeyHash(
                        region.getLong(HeaderDescriptor.SEED0_OFFSET), region.getLong(HeaderDescriptor.SEED1_OFFSET))
                .of(entry.key, 0, entry.key.length);
        long head = Slots.address(
                region.getLong(store.core().index.find(entry.key, 0, entry.key.length, hash, store.core().records)));
        long first = region.getLong(head);
        entry.extents.add(new Extent(head, head + RecordDescriptor.recordBytes(region, head, first)));
        if (RecordDescriptor.kind(first) == RecordDescriptor.HEAD) {
            long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
            for (int i = 0; i < region.getInt(head + 12); i++) {
                long word = region.getLong(words + 8L * i);
                long chunk = Slots.address(word);
                entry.extents.add(new Extent(chunk, chunk + RecordDescriptor.CHUNK_BYTES + Slots.tag(word)));
            }
        }
    }
}
