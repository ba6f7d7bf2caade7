package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A large value must earn what it displaces: one that nobody reads does not cost a thousand that are read often. */
final class SizeAwareEvictionTest {
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int USEFUL = 4_000;
    private static final int USEFUL_BYTES = 1_000;
    private static final int ROUNDS = 10;
    private static final int FILLERS_PER_ROUND = 1_000;
    private static final int MOST_RETURNS = 2;
    private static final int LARGE_VALUES = 16;
    private static final double REMAIN = 0.9;

    private final MemorySegment target = MemorySegment.ofArray(new byte[MIB]);
    private final byte[] value = new byte[MIB];
    private final Store store;
    private int fillers;

    SizeAwareEvictionTest() throws StoreFileException {
        System.out.println("SizeAwareEvictionTest seed " + SEED);
        store = Store.open(StoreOptions.maxMemory(8 * MIB)
                .seed(SEED)
                .clock(new TestClock())
                .housekeeping(false));
    }

    /** Useful entries that have been read often, and beside them what is never read, until the store is full. */
    @BeforeEach
    void fill() {
        for (int i = 0; i < USEFUL; i++) {
            put("useful " + i, USEFUL_BYTES);
        }
        for (int round = 0; round < ROUNDS; round++) {
            readUseful();
            for (int i = 0; i < FILLERS_PER_ROUND; i++) {
                put("filler " + fillers++, USEFUL_BYTES);
            }
        }
        assertThat(store.stats().evictions()).isPositive();
        assertThat(remaining()).as("useful entries before any large value").isGreaterThan((int) (REMAIN * USEFUL));
    }

    @AfterEach
    void checkInvariants() {
        StoreInvariants.check(store);
        store.close();
    }

    private PutResult put(String key, int length) {
        byte[] bytes = TestEntries.bytes(key);
        return store.put(bytes, 0, bytes.length, value, 0, length, Store.NO_TTL, PutMode.ALWAYS);
    }

    private boolean read(String key) {
        byte[] bytes = TestEntries.bytes(key);
        return store.get(bytes, 0, bytes.length, target, 0, MIB) >= 0;
    }

    private void readUseful() {
        for (int i = 0; i < USEFUL; i++) {
            read("useful " + i);
        }
    }

    private int remaining() {
        int count = 0;
        for (int i = 0; i < USEFUL; i++) {
            count += TestEntries.has(store, TestEntries.bytes("useful " + i)) ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(ints = {200 * KIB, 480 * KIB, 500 * KIB, 700 * KIB, 1_000 * KIB})
    void largeValuesThatNobodyReadsLeaveTheUsefulOnesAlone(int length) {
        int before = remaining();
        int stored = 0;
        for (int i = 0; i < LARGE_VALUES; i++) {
            stored += put("large " + i, length) == PutResult.STORED ? 1 : 0;
        }
        int after = remaining();
        System.out.println("SizeAwareEvictionTest: " + LARGE_VALUES + " values of " + length + " bytes, " + stored
                + " stored, useful entries " + before + " before, " + after + " after");
        assertThat(after).isGreaterThanOrEqualTo((int) (REMAIN * before));
    }

    /** Written twice each, so that even what is refused at first is stored. */
    @ParameterizedTest
    @ValueSource(ints = {480 * KIB, 600 * KIB, 1_000 * KIB})
    void neitherDoThoseThatAreWrittenAgain(int length) {
        int before = remaining();
        int stored = 0;
        for (int i = 0; i < LARGE_VALUES; i++) {
            put("large " + i, length);
            stored += put("large " + i, length) == PutResult.STORED ? 1 : 0;
        }
        int after = remaining();
        System.out.println("SizeAwareEvictionTest: " + LARGE_VALUES + " values of " + length
                + " bytes, each written twice, " + stored + " stored, useful entries " + before + " before, " + after
                + " after");
        assertThat(after).isGreaterThanOrEqualTo((int) (REMAIN * before));
    }

    /**
     * Its client stores it again after a miss, as clients of a cache do. Probation may lose it once: uses count only in
     * the older part of the small log, and a value that fills most of that log is at its end before its uses count. The
     * next time it is known, and stays.
     */
    @ParameterizedTest
    @ValueSource(ints = {200 * KIB, 400 * KIB, 480 * KIB, 600 * KIB, 1_000 * KIB})
    void aLargeValueThatIsReadOftenStays(int length) {
        put("large", length);
        put("large", length);
        assertThat(read("large")).isTrue();
        int misses = 0;
        for (int round = 0; round < ROUNDS; round++) {
            readUseful();
            for (int i = 0; i < FILLERS_PER_ROUND; i++) {
                put("filler " + fillers++, USEFUL_BYTES);
                if (!read("large")) {
                    misses++;
                    put("large", length);
                }
            }
        }
        System.out.println("SizeAwareEvictionTest: value of " + length + " bytes, " + misses + " misses in "
                + ROUNDS * FILLERS_PER_ROUND + " reads, useful entries " + remaining());
        assertThat(misses).isLessThanOrEqualTo(MOST_RETURNS);
        assertThat(remaining()).isGreaterThanOrEqualTo((int) (REMAIN * USEFUL));
    }

    @Test
    void anUnknownValueOfMoreThanASixteenthIsAdmittedTheSecondTimeOnly() {
        long refused = store.stats().refusedAdmissions();
        assertThat(put("large", MIB / 2 + KIB)).isEqualTo(PutResult.NOT_ADMITTED);
        assertThat(read("large")).isFalse();
        assertThat(store.stats().refusedAdmissions()).isEqualTo(refused + 1);
        assertThat(put("large", MIB / 2 + KIB)).isEqualTo(PutResult.STORED);
        assertThat(read("large")).isTrue();
        assertThat(put("large", MIB))
                .as("a value in the place of one that is there")
                .isEqualTo(PutResult.STORED);
    }

    @Test
    void anUnknownValueOfMoreThanASixteenthIsAdmittedWhereThereIsRoom() {
        store.clear();
        assertThat(put("large", MIB)).isEqualTo(PutResult.STORED);
        assertThat(read("large")).isTrue();
    }

    @Test
    void overwritingLargeValuesThatFitCostsNoOtherItsPlace() throws StoreFileException {
        try (Store store = Store.open(StoreOptions.maxMemory(2 << 20).seed(5).housekeeping(false))) {
            for (int round = 0; round < 500; round++) {
                for (int i = 0; i < 45; i++) {
                    TestEntries.put(store, TestEntries.bytes("k" + i), new byte[22_000], Store.NO_TTL);
                }
            }
            assertThat(store.stats().evictions()).isZero();
            assertThat(store.size()).isEqualTo(45);
            StoreInvariants.check(store);
        }
    }
}
