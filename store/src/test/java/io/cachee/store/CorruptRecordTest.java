package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage that flips of random bits would take long to find. */
final class CorruptRecordTest {
    /** No whole number of segments: nothing is ever stored in the part of one at the end. */
    private static final long SIZE = (5 << 20) + 4096;

    private static final byte[] MINE = TestEntries.bytes("mine");
    private static final byte[] OTHER = TestEntries.bytes("other");
    private static final int LARGE = 9_000;

    private Store store = Store.create(StoreFile.anonymous(1 << 20, true), StoreOptions.maxMemory(1 << 20), null);
    private Region region = store.core().region;
    private Layout layout = store.core().layout;

    @BeforeEach
    void copyAStore() throws StoreFileException {
        store = Store.open(
                StoreOptions.maxMemory(SIZE).clock(new TestClock()).seed(11).housekeeping(false));
        store.put(MINE, TestEntries.value(1, LARGE));
        store.put(OTHER, TestEntries.value(2, LARGE));
        layout = store.core().layout;
        MemorySegment copy = Arena.ofAuto().allocate(layout.size(), Layout.PAGE);
        copy.copyFrom(store.core().region.memory());
        region = new Region(copy);
    }

    @AfterEach
    void checkInvariants() {
        StoreInvariants.check(store);
        store.close();
    }

    private long hash(byte[] key) {
        return new KeyHash(region.getLong(HeaderDescriptor.SEED0_OFFSET), region.getLong(HeaderDescriptor.SEED1_OFFSET))
                .of(key, 0, key.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {RecordDescriptor.COMPACT, RecordDescriptor.WIDE, RecordDescriptor.HEAD})
    void aSlotThatLeadsPastTheLastWholeSegmentIsAMiss(int kind) {
        byte[] key = TestEntries.bytes("key");
        for (long address = layout.size() - 128; address <= layout.size(); address++) {
            plantSlot(key, address);
            if (address <= layout.size() - 48) {
                long compactLengths = (long) key.length << 4 | 4095L << 12;
                region.setLong(address, kind | (kind == RecordDescriptor.COMPACT ? compactLengths : 0));
                region.setLong(address + 8, key.length | 10_000L << 32);
                region.setLong(address + 16, 100_000);
                region.setLong(address + 24, hash(key));
                if (kind != RecordDescriptor.HEAD) {
                    region.copyIn(key, 0, address + RecordDescriptor.fixedBytes(kind), key.length);
                }
            }
            PublishedLookup lookup = new PublishedLookup(region, layout);
            assertThat(lookup.get(key, MemorySegment.ofArray(new byte[1 << 20])))
                    .isNegative();
        }
    }

    /** Points the key's home bucket at an address, under whatever generation the table has for it. */
    private void plantSlot(byte[] key, long address) {
        long hash = hash(key);
        long generation = region.getLong(layout.generationOffset(address));
        long slot = Slots.pack(Slots.tagOfHash(hash), generation, address);
        long home = store.core().index.homeOffset(hash);
        for (int i = 0; i < Slots.SLOTS_PER_BUCKET; i++) {
            region.setLong(home + 8L * i, slot);
        }
    }

    /** A chunk says whose it is; a list that leads to another entry's chunk must not join the two. */
    @Test
    void aChunkOfAnotherEntryIsNotTakenForTheRest() {
        region.setLong(words(MINE) + 16, region.getLong(words(OTHER) + 16));
        assertThat(new PublishedLookup(region, layout).get(MINE)).isNull();
    }

    /** Nor must the entry's own chunks in another order. */
    @Test
    void aChunkOutOfPlaceIsNotTakenForAnother() {
        region.setLong(words(MINE) + 8, region.getLong(words(MINE) + 16));
        assertThat(new PublishedLookup(region, layout).get(MINE)).isNull();
    }

    private long words(byte[] key) {
        long head = Slots.address(
                region.getLong(store.core().index.find(key, 0, key.length, hash(key), store.core().records)));
        assertThat(RecordDescriptor.kind(region.getLong(head))).isEqualTo(RecordDescriptor.HEAD);
        return RecordDescriptor.chunkWordsOffset(head, false);
    }
}
