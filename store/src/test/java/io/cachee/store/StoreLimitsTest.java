package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input, full memory and hostile keys: refused or paid for in evictions, and nothing else is lost. */
final class StoreLimitsTest {
    private static final long MIB = 1 << 20;
    private static final byte[] KEY = TestEntries.bytes("key");
    private static final byte[] OLD = TestEntries.bytes("old value");

    private final List<Store> stores = new ArrayList<>();

    @AfterEach
    void checkInvariants() {
        for (Store store : stores) {
            StoreInvariants.check(store);
            store.close();
        }
    }

    private Store open(StoreOptions options) throws StoreFileException {
        Store store = Store.open(options.clock(new TestClock()).seed(7).housekeeping(false));
        stores.add(store);
        return store;
    }

    // ---------------------------------------------------------------- times to live

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE / 1000, 1L << 48, 0, -3, -1_000, Long.MIN_VALUE})
    void refusesATimeToLiveThatNoClockReaches(long ttlMillis) throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestEntries.put(store, KEY, OLD, ttlMillis))
                .withMessageContaining(Long.toString(ttlMillis));
        assertThat(store.size()).isZero();
        store.put(KEY, OLD);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestEntries.put(store, KEY, TestEntries.bytes("new"), ttlMillis));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.expire(KEY, 0, KEY.length, ttlMillis, PutMode.ALWAYS));
        assertThat(store.get(KEY)).isEqualTo(OLD);
        EntryInfo info = new EntryInfo();
        assertThat(store.describe(KEY, 0, KEY.length, info)).isTrue();
        assertThat(info.ttlMillis()).isEqualTo(EntryInfo.NO_TTL);
    }

    @Test
    void keepsTheLongestTimeToLiveThereIs() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        assertThat(TestEntries.put(store, KEY, OLD, RecordDescriptor.MAX_EXPIRY))
                .isEqualTo(PutResult.STORED);
        EntryInfo info = new EntryInfo();
        assertThat(store.describe(KEY, 0, KEY.length, info)).isTrue();
        assertThat(info.ttlMillis()).isEqualTo(RecordDescriptor.MAX_EXPIRY);
        assertThat(new PublishedLookup(store.core().region, store.core().layout).get(KEY))
                .isEqualTo(OLD);
    }

    // ---------------------------------------------------------------- sizes and sums

    @Test
    void refusesAValueLargerThanTheLimitAndKeepsTheOldOne() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        store.put(KEY, OLD);
        int limit = (int) MIB / 8;
        assertThat(store.maxValueSize()).isEqualTo(limit);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.put(KEY, new byte[limit + 1]))
                .withMessageContaining(Integer.toString(limit + 1))
                .withMessageContaining(Integer.toString(limit));
        assertThat(store.get(KEY)).isEqualTo(OLD);
        assertThat(store.put(KEY, TestEntries.value(1, limit))).isEqualTo(PutResult.STORED);
        assertThat(store.get(KEY)).isEqualTo(TestEntries.value(1, limit));
    }

    @Test
    void refusesAKeyLargerThanTheLimitAndTakesOneThatIsAsLarge() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        byte[] longest = TestEntries.value(5, Store.MAX_KEY_SIZE);
        byte[] tooLong = TestEntries.value(5, Store.MAX_KEY_SIZE + 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.put(tooLong, OLD))
                .withMessageContaining("65537")
                .withMessageContaining("65536");
        assertThat(store.get(tooLong)).isNull();
        assertThat(store.size()).isZero();
        assertThat(store.put(longest, OLD)).isEqualTo(PutResult.STORED);
        assertThat(store.get(longest)).isEqualTo(OLD);
    }

    @Test
    void aKeyMayBeEmptyAndSoMayAValue() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        assertThat(store.put(new byte[0], new byte[0])).isEqualTo(PutResult.STORED);
        assertThat(store.get(new byte[0])).isEmpty();
        assertThat(TestEntries.delete(store, new byte[0])).isTrue();
        assertThat(store.get(new byte[0])).isNull();
    }

    @Test
    void refusesASumThatOverflowsAndKeepsTheNumber() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        for (long[] pair :
                new long[][] {{Long.MAX_VALUE, 1}, {Long.MIN_VALUE, -1}, {Long.MAX_VALUE - 5, 6}, {-2, Long.MIN_VALUE}
                }) {
            byte[] number = TestEntries.bytes(Long.toString(pair[0]));
            store.put(KEY, number);
            assertThatThrownBy(() -> store.add(KEY, pair[1])).isInstanceOf(ArithmeticException.class);
            assertThat(store.get(KEY)).isEqualTo(number);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NaN", "1.5", " 1", "1 ", "+1", "01", "-0", "9223372036854775808", "0x10", "1e3"})
    void refusesToAddToWhatIsNoNumber(String text) throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        store.put(KEY, TestEntries.bytes(text));
        assertThatThrownBy(() -> store.add(KEY, 1)).isInstanceOf(NumberFormatException.class);
        assertThat(store.get(KEY)).isEqualTo(TestEntries.bytes(text));
    }

    // ---------------------------------------------------------------- memory full

    @Test
    void whenFullAndNotEvictingItRefusesAndLosesNothing() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB).eviction(Eviction.NOEVICTION));
        List<Integer> stored = new ArrayList<>();
        int refused = 0;
        for (int i = 0; refused < 500; i++) {
            int length = i % 50 == 0 ? 5_000 : i % 7 * 30;
            PutResult result = TestEntries.put(store, TestEntries.bytes("k" + i), TestEntries.value(i, length), -1);
            if (result == PutResult.STORED) {
                stored.add(i);
            } else {
                assertThat(result).isEqualTo(PutResult.NO_SPACE);
                refused++;
            }
        }
        assertThat(store.size()).isEqualTo(stored.size());
        assertThat(store.stats().refusedForSpace()).isEqualTo(refused);
        assertThat(store.stats().evictions()).isZero();
        for (int i : stored) {
            int length = i % 50 == 0 ? 5_000 : i % 7 * 30;
            assertThat(store.get(TestEntries.bytes("k" + i))).isEqualTo(TestEntries.value(i, length));
        }
        byte[] first = TestEntries.bytes("k0");
        assertThat(store.put(first, TestEntries.value(0, (int) MIB / 8))).isEqualTo(PutResult.NO_SPACE);
        assertThat(store.get(first)).isEqualTo(TestEntries.value(0, 5_000));
        assertThatThrownBy(() -> fillWithNumbers(store)).isInstanceOf(StoreFullException.class);
        assertThat(store.get(first)).isEqualTo(TestEntries.value(0, 5_000));
        for (int i : stored) {
            assertThat(TestEntries.delete(store, TestEntries.bytes("k" + i))).isTrue();
        }
        assertThat(store.put(first, OLD)).isEqualTo(PutResult.STORED);
    }

    private static void fillWithNumbers(Store store) {
        for (int i = 0; i < MIB; i++) {
            store.add(TestEntries.bytes("number" + i), 1);
        }
    }

    // ---------------------------------------------------------------- colliding keys

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void aFloodOfCollidingKeysCostsEvictionsAndNothingElse(Eviction eviction) throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(2 * MIB).eviction(eviction));
        EvictionPolicy policy = store.core().policy;
        boolean mayRefuse = !policy.evicts() || policy.sparesLasting();
        int others = 100;
        for (int i = 0; i < others; i++) {
            store.put(TestEntries.bytes("other" + i), TestEntries.value(i, 100));
        }
        int shift = Slots.SLOTS_PER_BUCKET * (Slots.MAX_DISPLACEMENT + 1);
        List<byte[]> flood = collidingKeys(store, 3 * shift);
        int stored = 0;
        for (byte[] key : flood) {
            PutResult result = store.put(key, TestEntries.value(-1, 20));
            stored += result == PutResult.STORED ? 1 : 0;
            assertThat(result == PutResult.STORED || mayRefuse).isTrue();
            assertThat(store.get(key) != null).isEqualTo(result == PutResult.STORED);
        }
        long readable =
                flood.stream().filter(key -> TestEntries.has(store, key)).count();
        assertThat(readable).isBetween(shift / 2L, (long) shift);
        assertThat(store.stats().evictedForIndex() + flood.size() - stored).isGreaterThanOrEqualTo(2L * shift);
        long othersLeft = 0;
        for (int i = 0; i < others; i++) {
            byte[] value = store.get(TestEntries.bytes("other" + i));
            assertThat(value == null || java.util.Arrays.equals(value, TestEntries.value(i, 100)))
                    .isTrue();
            othersLeft += value == null ? 0 : 1;
        }
        assertThat(others - othersLeft).isLessThanOrEqualTo(shift);
        for (byte[] key : flood) {
            TestEntries.delete(store, key);
        }
        assertThat(store.size()).isEqualTo(othersLeft);
    }

    /** Keys that have one home bucket, however large the index: with the seed known they are cheap to find. */
    private static List<byte[]> collidingKeys(Store store, int count) {
        KeyHash hash = new KeyHash(
                store.core().region.getLong(HeaderDescriptor.SEED0_OFFSET),
                store.core().region.getLong(HeaderDescriptor.SEED1_OFFSET));
        List<byte[]> keys = new ArrayList<>();
        long tagsInABucket = (1L << Slots.TAG_BITS) / IndexShape.MAX_BUCKETS;
        for (long i = 0; keys.size() < count; i++) {
            byte[] key = TestEntries.bytes("flood" + Long.toHexString(i));
            long of = hash.of(key, 0, key.length);
            if (store.core().index.stripeOf(of) == 1 && Slots.tagOfHash(of) < tagsInABucket) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** The worst of collisions: the same stripe and the same tag, so that only the keys themselves differ. */
    @Test
    void keysWithOneTagAreToldApart() throws StoreFileException {
        Store store = open(StoreOptions.maxMemory(MIB));
        KeyHash hash = new KeyHash(
                store.core().region.getLong(HeaderDescriptor.SEED0_OFFSET),
                store.core().region.getLong(HeaderDescriptor.SEED1_OFFSET));
        List<byte[]> keys = new ArrayList<>();
        byte[] key = new byte[8];
        for (long i = 0; keys.size() < 5; i++) {
            java.nio.ByteBuffer.wrap(key).putLong(0, i);
            long of = hash.of(key, 0, key.length);
            if (Slots.tagOfHash(of) == 0x54321 && store.core().index.stripeOf(of) == 2) {
                keys.add(key.clone());
            }
        }
        for (int i = 0; i < keys.size(); i++) {
            store.put(keys.get(i), TestEntries.value(i, 30));
        }
        PublishedLookup reader = new PublishedLookup(store.core().region, store.core().layout);
        for (int i = 0; i < keys.size(); i++) {
            assertThat(store.get(keys.get(i))).isEqualTo(TestEntries.value(i, 30));
            assertThat(reader.get(keys.get(i))).isEqualTo(TestEntries.value(i, 30));
        }
        for (int i = 0; i < keys.size(); i += 2) {
            TestEntries.delete(store, keys.get(i));
        }
        for (int i = 0; i < keys.size(); i++) {
            assertThat(store.get(keys.get(i)) != null).isEqualTo(i % 2 == 1);
        }
    }
}
