package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The eviction policy and the limit on the bytes of entries, changed while the store runs. */
final class StoreSettingsTest {
    private static final int MIB = 1 << 20;
    private static final int VALUE_BYTES = 200;
    private static final int MANY = 5_000;
    /** More than a slice of eviction, and much less than all that is beyond a limit here. */
    private static final int SLICE = 300;

    private final ManualClock clock = new ManualClock();
    private Store store = open(4 * MIB, Eviction.CACHEE_LFU);

    StoreSettingsTest() throws StoreFileException {}

    private Store open(long bytes, Eviction eviction) throws StoreFileException {
        return Store.open(StoreOptions.maxMemory(bytes)
                .eviction(eviction)
                .clock(clock)
                .populateInBackground(true)
                .housekeeping(false));
    }

    private void reopen(long bytes, Eviction eviction) throws StoreFileException {
        store.close();
        store = open(bytes, eviction);
    }

    @AfterEach
    void checkInvariants() {
        StoreInvariants.check(store);
        store.close();
    }

    private PutResult put(String key) {
        return TestEntries.put(store, TestEntries.bytes(key), new byte[VALUE_BYTES], Store.NO_TTL);
    }

    private boolean has(String key) {
        return TestEntries.has(store, TestEntries.bytes(key));
    }

    private void read(String key) {
        assertThat(store.get(TestEntries.bytes(key))).isNotNull();
    }

    private int countOf(String prefix, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += has(prefix + i) ? 1 : 0;
        }
        return count;
    }

    private void fill(String prefix, int entries) {
        for (int i = 0; i < entries; i++) {
            put(prefix + i);
        }
    }

    // ---------------------------------------------------------------- the limit

    @ParameterizedTest
    @EnumSource(names = {"CACHEE_LFU", "LRU", "FIFO"})
    void entriesStayWithinALimitOfAMegabyteInARegionOf256(Eviction eviction) throws Exception {
        reopen(256L * MIB, eviction);
        store.settings().maxBytes(MIB);
        for (int i = 0; i < 4 * MANY; i++) {
            assertThat(put("item:" + i)).isEqualTo(PutResult.STORED);
            assertThat(store.stats().liveBytes()).isLessThanOrEqualTo(MIB);
        }
        assertThat(store.stats().liveBytes()).as("what fits is kept").isGreaterThan(MIB * 9L / 10);
        assertThat(store.stats().evictions()).isEqualTo(4 * MANY - store.size());
    }

    @Test
    void whatIsBeyondANewLimitIsEvictedInSlices() {
        fill("k", MANY);
        store.settings().maxBytes(MIB / 4);
        assertThat(store.size()).as("nothing is evicted by the change itself").isEqualTo(MANY);
        put("one more");
        assertThat(store.size()).isBetween((long) MANY - SLICE, (long) MANY);
        put("one more");
        assertThat(store.size()).isBetween((long) MANY - 2 * SLICE, (long) MANY - SLICE / 2);
        store.tick();
        assertThat(store.stats().liveBytes()).isBetween(MIB / 4L - 1_000, MIB / 4L);
    }

    @Test
    void aLimitOfZeroOrBeyondTheRegionIsNone() {
        for (long none : new long[] {0, 4 * MIB, Long.MAX_VALUE}) {
            store.settings().maxBytes(MIB);
            assertThat(store.settings().maxBytes()).isEqualTo(MIB);
            store.settings().maxBytes(none);
            assertThat(store.settings().maxBytes()).isEqualTo(4 * MIB);
        }
        fill("k", 2 * MANY);
        assertThat(store.stats().liveBytes()).isGreaterThan(2 * MIB);
        assertThatThrownBy(() -> store.settings().maxBytes(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutEvictionWritesBeyondTheLimitAreRefused() throws Exception {
        reopen(4 * MIB, Eviction.NOEVICTION);
        store.settings().maxBytes(MIB);
        int stored = 0;
        while (put("k" + stored) == PutResult.STORED) {
            stored++;
        }
        assertThat(store.stats().liveBytes()).isBetween(MIB - 1_000L, (long) MIB);
        assertThat(put("k0")).as("a value as long as the one before").isEqualTo(PutResult.STORED);
        byte[] longer = new byte[2 * VALUE_BYTES];
        assertThat(TestEntries.put(store, TestEntries.bytes("k0"), longer, Store.NO_TTL))
                .isEqualTo(PutResult.NO_SPACE);
        assertThatThrownBy(() -> store.add(TestEntries.bytes("a counter whose key is long".repeat(20)), 1))
                .isInstanceOf(StoreFullException.class);
        assertThat(store.size()).isEqualTo(stored);
        store.settings().maxBytes(0);
        assertThat(put("another")).isEqualTo(PutResult.STORED);
    }

    @Test
    void deadRecordsDoNotCount() throws Exception {
        reopen(4 * MIB, Eviction.LRU);
        store.settings().maxBytes(MIB);
        fill("k", 3_000);
        for (int round = 0; round < 10; round++) {
            fill("k", 3_000);
        }
        assertThat(store.stats().evictions()).isZero();
        assertThat(store.size()).isEqualTo(3_000);
    }

    @Test
    void underALimitALargeValueThatIsUnknownIsNotAdmitted() {
        store.settings().maxBytes(MIB);
        fill("k", MANY);
        byte[] large = new byte[MIB / 8];
        assertThat(TestEntries.put(store, TestEntries.bytes("large"), large, Store.NO_TTL))
                .isEqualTo(PutResult.NOT_ADMITTED);
    }

    // ---------------------------------------------------------------- the policy

    @Test
    void whatWasOnProbationIsYoungUnderTheNextPolicy() {
        fill("old", 3 * MANY);
        fill("young", SLICE);
        store.settings().eviction(Eviction.LRU);
        fill("more", SLICE);
        assertThat(countOf("young", 0, SLICE)).isEqualTo(SLICE);
        assertThat(store.settings().eviction()).isEqualTo(Eviction.LRU);
    }

    @Test
    void firstInFirstOutForgetsWhatWasUsed() throws Exception {
        reopen(4 * MIB, Eviction.LRU);
        fill("k", MANY);
        for (int i = 0; i < SLICE; i++) {
            read("k" + i);
        }
        store.settings().eviction(Eviction.FIFO);
        store.settings().maxBytes(store.stats().liveBytes());
        fill("more", SLICE);
        assertThat(countOf("k", 0, SLICE)).isZero();
        assertThat(countOf("k", SLICE, MANY)).isGreaterThan(MANY - SLICE * 11 / 10);
    }

    @Test
    void usesUnderOnePolicyCountUnderTheNext() throws Exception {
        for (Eviction next : new Eviction[] {Eviction.LRU, Eviction.CACHEE_LFU}) {
            Eviction before = next == Eviction.LRU ? Eviction.CACHEE_LFU : Eviction.LRU;
            reopen(4 * MIB, before);
            fill("k", MANY);
            store.settings().eviction(Eviction.LRU);
            for (int i = 0; i < SLICE; i++) {
                read("k" + i);
            }
            store.settings().eviction(next);
            store.settings().maxBytes(store.stats().liveBytes());
            fill("more", SLICE);
            assertThat(countOf("k", 0, SLICE)).as("used, then " + next).isGreaterThan(SLICE * 9 / 10);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CACHEE_LFU", "LRU", "FIFO"})
    void withEvictionSwitchedOffAllSpaceCanStillBeUsed(Eviction eviction) throws Exception {
        reopen(MIB, Eviction.NOEVICTION);
        int fit = 0;
        while (put("k" + fit) == PutResult.STORED) {
            fit++;
        }
        reopen(MIB, eviction);
        fill("k", 2 * MANY);
        store.settings().eviction(Eviction.NOEVICTION);
        long evictions = store.stats().evictions();
        for (int i = 0; i < 2 * MANY; i++) {
            TestEntries.delete(store, TestEntries.bytes("k" + i));
        }
        int stored = 0;
        while (put("n" + stored) == PutResult.STORED) {
            stored++;
        }
        assertThat(stored).isGreaterThan(fit * 95 / 100);
        assertThat(store.stats().evictions()).isEqualTo(evictions);
        store.settings().eviction(eviction);
        assertThat(put("one more")).isEqualTo(PutResult.STORED);
    }
}
