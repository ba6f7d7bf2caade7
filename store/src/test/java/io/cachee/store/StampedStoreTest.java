package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values that are kept for another server: readers in other processes serve them while it vouches for them. */
@SuppressWarnings("NullAway.Init")
final class StampedStoreTest {
    private static final int SLOTS = 16_384;
    private static final int LIFETIME = 60_000;
    private static final byte[] KEY = TestEntries.bytes("key");

    @TempDir
    private Path folder = Path.of("");

    private final TestClock clock = new TestClock();
    private Store store;
    private PublishedLookup reader;
    private DocumentedReader documented;

    @BeforeEach
    void open() throws IOException {
        Path path = folder.resolve("store");
        store = Store.open(StoreOptions.maxMemory(1 << 20)
                .file(path)
                .stamped(SLOTS)
                .clock(clock)
                .housekeeping(false));
        store.tick();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            var mapped =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), java.lang.foreign.Arena.ofAuto());
            Region region = new Region(mapped);
            reader = new PublishedLookup(region, HeaderDescriptor.check(region, channel.size()));
            documented = new DocumentedReader(mapped.asByteBuffer());
        }
    }

    @AfterEach
    void close() {
        StoreInvariants.check(store);
        store.close();
    }

    private byte[] put(String key, byte[] value, int slot, int generation, boolean isAbsent, long ttl) {
        byte[] stamped = Arrays.copyOf(value, value.length + Stamp.BYTES);
        new Stamp()
                .of(isAbsent ? Stamp.Kind.ABSENT : Stamp.Kind.VALUE, slot, generation)
                .loaded(store.clockMillis(), LIFETIME, 0, 3)
                .write(stamped);
        assertThat(TestEntries.put(store, TestEntries.bytes(key), stamped, ttl)).isEqualTo(PutResult.STORED);
        return stamped;
    }

    private void assertRead(String key, byte[] value) {
        assertThat(reader.get(TestEntries.bytes(key))).isEqualTo(value);
        assertThat(documented.get(TestEntries.bytes(key))).isEqualTo(value);
    }

    private void assertMissed(String key) {
        assertThat(reader.get(TestEntries.bytes(key))).isNull();
        assertThat(documented.get(TestEntries.bytes(key))).isNull();
    }

    @Test
    void readersAreGivenValuesWithoutStampsAndTheOwnerWithThem() {
        store.vouch(5, 77);
        int[] lengths = {0, 1, 100, 4_071, 4_072, 5_000, 20_000, 100_000};
        for (int length : lengths) {
            for (long ttl : new long[] {Store.NO_TTL, 600_000}) {
                String key = "key:" + length + ":" + ttl;
                byte[] value = TestEntries.value(length, length);
                byte[] stamped = put(key, value, 5, 77, false, ttl);
                assertRead(key, value);
                assertThat(store.get(TestEntries.bytes(key))).isEqualTo(stamped);
            }
        }
        EntryInfo info = new EntryInfo();
        for (int length : lengths) {
            byte[] key = TestEntries.bytes("key:" + length + ":600000");
            long found = reader.read(key, 0, key.length, reader.keyHash.of(key, 0, key.length), null, 0, 0, info);
            assertThat(found).isEqualTo(length);
            assertThat(info.valueLength()).isEqualTo(length);
            assertThat(info.ttlMillis()).isEqualTo(LIFETIME);
        }
    }

    @Test
    void aValueIsServedWhileItsGenerationIsTheOneInForceInItsSlot() {
        byte[] value = TestEntries.value(1, 100);
        byte[] large = TestEntries.value(2, 50_000);
        put("key", value, 9, 3, false, Store.NO_TTL);
        put("large", large, 9, 3, false, Store.NO_TTL);
        assertMissed("key");
        store.vouch(8, 3);
        assertMissed("key");
        store.vouch(9, 3);
        assertRead("key", value);
        assertRead("large", large);
        store.vouch(9, 4);
        assertMissed("key");
        assertMissed("large");
        store.vouch(9, 0);
        assertMissed("key");
        put("nobody's", value, 9, 0, false, Store.NO_TTL);
        assertMissed("nobody's");
    }

    @Test
    void aValueIsServedUntilItsTimeHasCome() {
        byte[] value = TestEntries.value(1, 100);
        store.vouch(0, 1);
        put("key", value, 0, 1, false, Store.NO_TTL);
        put("large", TestEntries.value(2, 50_000), 0, 1, false, Store.NO_TTL);
        clock.advanceMillis(LIFETIME - 1);
        store.tick();
        assertRead("key", value);
        clock.advanceMillis(1);
        store.tick();
        assertMissed("key");
        assertMissed("large");
    }

    @Test
    void whatWasStampedBeforeItWasDeclaredOutdatedIsNotServed() {
        byte[] value = TestEntries.value(1, 100);
        store.vouch(0, 1);
        put("key", value, 0, 1, false, Store.NO_TTL);
        assertRead("key", value);
        store.outdate(store.clockMillis());
        assertMissed("key");
        clock.advanceMillis(1);
        store.tick();
        put("key", value, 0, 1, false, Store.NO_TTL);
        assertRead("key", value);
    }

    @Test
    void thatThereIsNoValueIsNoValue() {
        store.vouch(0, 1);
        put("key", new byte[0], 0, 1, true, Store.NO_TTL);
        assertMissed("key");
        byte[] copy = new byte[100 + Stamp.BYTES];
        new Stamp()
                .of(Stamp.Kind.COPY, 0, 1)
                .loaded(store.clockMillis(), LIFETIME, 0, 3)
                .write(copy);
        TestEntries.put(store, TestEntries.bytes("copy"), copy, Store.NO_TTL);
        assertMissed("copy");
        TestEntries.put(store, TestEntries.bytes("short"), new byte[5], Store.NO_TTL);
        TestEntries.put(store, TestEntries.bytes("none"), new byte[500], Store.NO_TTL);
        assertMissed("short");
        assertMissed("none");
    }

    @Test
    void copiesAreOutdatedWithWhatVouchedForThem() {
        long counter = store.coherence(KEY);
        store.vouch(1, 5);
        assertThat(store.isCurrent(KEY, counter)).isTrue();
        store.vouch(1, 5);
        assertThat(store.isCurrent(KEY, counter)).isTrue();
        store.vouch(1, 0);
        assertThat(store.isCurrent(KEY, counter)).isFalse();
        long next = store.coherence(KEY);
        store.outdate(store.clockMillis());
        assertThat(store.isCurrent(KEY, next)).isFalse();
        assertThat(documented.coherence(KEY)).isEqualTo(store.coherence(KEY));
        assertThat(reader.coherence.of(reader.keyHash.of(KEY, 0, KEY.length))).isEqualTo(store.coherence(KEY));
    }

    @Test
    void refusesANumberOfSlotsThatIsNone() {
        assertThatThrownBy(() -> StoreOptions.maxMemory(1 << 20).stamped(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3");
        assertThatThrownBy(() -> StoreOptions.maxMemory(1 << 20).stamped(1 << 15))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
