package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The writer does its worst between a reader's look at a record and the end of its copy: at the moment at which the
 * reader asks for the time, with the key compared and nothing copied.
 */
final class ReusedSegmentTest {
    private static final long MIB = 1 << 20;
    private static final byte[] KEY = TestEntries.bytes("key");

    private Store store = Store.create(StoreFile.anonymous(MIB, true), StoreOptions.maxMemory(MIB), null);

    @BeforeEach
    void open() throws StoreFileException {
        store = Store.open(StoreOptions.maxMemory(MIB)
                .eviction(Eviction.FIFO)
                .clock(new TestClock())
                .seed(5)
                .housekeeping(false));
    }

    @AfterEach
    void checkInvariants() {
        StoreInvariants.check(store);
        store.close();
    }

    /** A reader that lets the writer in for the first {@code times} times that it asks for the time. */
    private PublishedLookup interrupted(int times, Runnable writer) {
        return new PublishedLookup(store.core().region, store.core().layout) {
            private int left = times;

            @Override
            long nowMillis() {
                if (left-- > 0) {
                    writer.run();
                }
                return super.nowMillis();
            }
        };
    }

    private void put(int version, int length) {
        TestEntries.put(store, KEY, TestEntries.value(version, length), 1_000_000);
    }

    private void recycleEverything() {
        byte[] filling = new byte[400];
        Arrays.fill(filling, (byte) 0xEE);
        for (int i = 0; i < 3 * MIB / filling.length; i++) {
            store.put(TestEntries.bytes("other" + i), filling);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 400, 9_000, 100_000})
    void anEntryThatIsEvictedAndWrittenOverMeanwhileIsAMiss(int length) {
        put(1, length);
        assertThat(interrupted(1, this::recycleEverything).get(KEY)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 400, 9_000, 100_000})
    void anEntryThatIsReplacedMeanwhileIsTheNewOne(int length) {
        put(1, length);
        byte[] got = interrupted(1, () -> {
                    recycleEverything();
                    put(2, length);
                })
                .get(KEY);
        assertThat(got).isEqualTo(TestEntries.value(2, length));
    }

    /** Bounded: a reader that is overtaken again and again gives up. */
    @ParameterizedTest
    @ValueSource(ints = {20, 9_000})
    void aReaderThatIsOvertakenEveryTimeGivesUp(int length) {
        put(1, length);
        int[] version = {1};
        PublishedLookup reader = interrupted(Integer.MAX_VALUE, () -> {
            store.clear();
            put(++version[0], length);
        });
        long answer = reader.get(KEY, java.lang.foreign.MemorySegment.ofArray(new byte[length]));
        assertThat(answer).isNegative();
        assertThat(reader.looksAtTheClock).isLessThanOrEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 400, 9_000})
    void anEntryThatIsDeletedOrClearedMeanwhileIsWholeOrAMiss(int length) {
        for (Runnable writer : new Runnable[] {() -> TestEntries.delete(store, KEY), store::clear}) {
            put(1, length);
            byte[] got = interrupted(1, writer).get(KEY);
            assertThat(got == null || Arrays.equals(got, TestEntries.value(1, length)))
                    .isTrue();
            assertThat(interrupted(0, writer).get(KEY)).isNull();
        }
    }
}
