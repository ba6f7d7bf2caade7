package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where values may be copied to: arrays, parts of arrays and native memory, and never beyond what the caller gave. */
final class ReadTargetTest {
    private static final byte[] KEY = TestEntries.bytes("user:1000042");
    private static final byte[] VALUE = TestEntries.value(1, 100);
    private static final byte UNTOUCHED = 99;

    private Store store = Store.open(StoreOptions.maxMemory(1 << 20).housekeeping(false));
    private final byte[] array = new byte[200];

    ReadTargetTest() throws StoreFileException {}

    @BeforeEach
    void put() {
        Arrays.fill(array, UNTOUCHED);
        store.put(KEY, VALUE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private long get(MemorySegment target, long offset, long capacity) {
        return store.get(KEY, 0, KEY.length, target, offset, capacity);
    }

    private void assertOnlyWrittenAt(int start) {
        for (int i = 0; i < array.length; i++) {
            byte expected = i < start || i >= start + VALUE.length ? UNTOUCHED : VALUE[i - start];
            assertThat(array[i]).as("byte %d", i).isEqualTo(expected);
        }
    }

    private long get(byte[] target, int offset, int capacity) {
        return store.get(KEY, 0, KEY.length, target, offset, capacity);
    }

    @Test
    void anArrayFromAnyOffset() {
        assertThat(get(array, 30, 170)).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(30);
    }

    @Test
    void anArrayWithADescription() {
        EntryInfo info = new EntryInfo();
        assertThat(store.get(KEY, 0, KEY.length, array, 30, 170, info)).isEqualTo(VALUE.length);
        assertThat(info.valueLength()).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(30);
    }

    @Test
    void nothingOutsideAnArrayWhoseCapacityIsOverstated() {
        assertThatThrownBy(() -> get(array, 101, 150)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> get(array, -1, 150)).isInstanceOf(IndexOutOfBoundsException.class);
        assertOnlyWrittenAt(array.length);
    }

    @Test
    void anArraysSegmentFromAnyOffset() {
        assertThat(get(MemorySegment.ofArray(array), 30, 170)).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(30);
    }

    @Test
    void aPartOfAnArrayFromAnyOffset() {
        assertThat(get(MemorySegment.ofArray(array).asSlice(40, 150), 10, 140)).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(50);
    }

    @Test
    void aPartThatJustHoldsIt() {
        assertThat(get(MemorySegment.ofArray(array).asSlice(40, 100), 0, 100)).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(40);
    }

    @Test
    void nothingWhenTheCapacityIsTooSmall() {
        assertThat(get(MemorySegment.ofArray(array), 0, 99)).isEqualTo(VALUE.length);
        assertOnlyWrittenAt(array.length);
    }

    @Test
    void nothingOutsideAPartWhoseCapacityIsOverstated() {
        MemorySegment part = MemorySegment.ofArray(array).asSlice(40, 99);
        assertThatThrownBy(() -> get(part, 0, 150)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> get(part, 20, 150)).isInstanceOf(IndexOutOfBoundsException.class);
        assertOnlyWrittenAt(array.length);
    }

    @Test
    void nothingBeforeAPart() {
        MemorySegment part = MemorySegment.ofArray(array).asSlice(40);
        assertThatThrownBy(() -> get(part, -10, 150)).isInstanceOf(IndexOutOfBoundsException.class);
        assertOnlyWrittenAt(array.length);
    }

    @Test
    void nothingInAnArrayThatMayOnlyBeRead() {
        MemorySegment readOnly = MemorySegment.ofArray(array).asReadOnly();
        assertThatThrownBy(() -> get(readOnly, 0, 200)).isInstanceOf(IllegalArgumentException.class);
        assertOnlyWrittenAt(array.length);
    }

    @Test
    void anArrayOfLongs() {
        long[] longs = new long[16];
        assertThat(get(MemorySegment.ofArray(longs), 8, 120)).isEqualTo(VALUE.length);
        byte[] written = MemorySegment.ofArray(longs).asSlice(8, VALUE.length).toArray(ValueLayout.JAVA_BYTE);
        assertThat(written).isEqualTo(VALUE);
        assertThat(longs[0]).isZero();
    }

    @Test
    void nativeMemory() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(120);
            assertThat(get(memory, 20, 100)).isEqualTo(VALUE.length);
            assertThat(memory.asSlice(20).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(VALUE);
        }
    }
}
