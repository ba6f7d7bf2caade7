package io.cachee.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The owner learns what the store removes of its own accord. */
final class RemovalListenerTest {
    private static final int MIB = 1 << 20;

    private final List<String> expired = new ArrayList<>();
    private final List<String> evicted = new ArrayList<>();
    private final ManualClock clock = new ManualClock();
    private boolean wanted = true;

    private final RemovalListener listener = new RemovalListener() {
        @Override
        public boolean isWanted() {
            return wanted;
        }

        @Override
        public void removed(byte[] key, Reason reason) {
            (reason == Reason.EXPIRED ? expired : evicted).add(new String(key, UTF_8));
        }
    };

    private Store open() throws StoreFileException {
        return Store.open(
                StoreOptions.maxMemory(MIB).housekeeping(false).clock(clock).removalListener(listener));
    }

    private static byte[] key(String name) {
        return name.getBytes(UTF_8);
    }

    private static void put(Store store, String name, int bytes, long ttlMillis) {
        store.put(key(name), 0, name.length(), new byte[bytes], 0, bytes, ttlMillis, PutMode.ALWAYS);
    }

    @Test
    void isToldOfEntriesThatExpireUnread() throws StoreFileException {
        try (Store store = open()) {
            put(store, "short", 10, 50);
            put(store, "long", 10, 100_000);
            put(store, "large", 50_000, 50);
            clock.advanceMillis(2_000);
            store.tick();
            assertThat(expired).containsExactlyInAnyOrder("short", "large");
            assertThat(evicted).isEmpty();
        }
    }

    @Test
    void isToldOfAnExpiredEntryThatIsOverwritten() throws StoreFileException {
        try (Store store = open()) {
            put(store, "k", 10, 50);
            clock.advanceMillis(60);
            put(store, "k", 10, Store.NO_TTL);
            assertThat(expired).containsExactly("k");
        }
    }

    @Test
    void isToldOfEachEntryThatIsEvicted() throws StoreFileException {
        try (Store store = open()) {
            Set<String> written = new HashSet<>();
            for (int i = 0; i < 20_000; i++) {
                put(store, "key" + i, 200, Store.NO_TTL);
                written.add("key" + i);
            }
            assertThat((long) evicted.size()).isEqualTo(store.stats().evictions());
            Set<String> left = new HashSet<>(written);
            left.removeAll(evicted);
            assertThat((long) left.size()).isEqualTo(store.size());
            assertThat(left).allMatch(name -> store.get(key(name)) != null);
        }
    }

    @Test
    void isNotToldWhileItDoesNotWantToKnow() throws StoreFileException {
        wanted = false;
        try (Store store = open()) {
            put(store, "k", 10, 50);
            clock.advanceMillis(2_000);
            store.tick();
            assertThat(store.size()).isZero();
            assertThat(expired).isEmpty();
        }
    }
}
