package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CrowdedIndexTest {
    private static final long MIB = 1 << 20;

    /** A crowded place in the index is no lack of memory. */
    @ParameterizedTest
    @ValueSource(ints = {0, 50, 200})
    void aStoreThatMayNotEvictRefusesOnlyWhatMemoryHasNoRoomFor(int valueLength) throws StoreFileException {
        for (long seed = 1; seed <= 5; seed++) {
            Store store = Store.open(StoreOptions.maxMemory(MIB)
                    .eviction(Eviction.NOEVICTION)
                    .clock(new TestClock())
                    .seed(seed)
                    .housekeeping(false));
            int count = 0;
            while (store.put(TestEntries.bytes("k" + count), new byte[valueLength]) == PutResult.STORED) {
                count++;
            }
            assertThat(store.stats().freeBytes())
                    .as("free bytes at the first refusal, after %d entries", count)
                    .isLessThan(MIB / 20);
            StoreInvariants.check(store);
            store.close();
        }
    }
}
