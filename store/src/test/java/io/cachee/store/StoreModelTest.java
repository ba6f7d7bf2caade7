package io.cachee.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations on a small store beside a map that never forgets. A cache may have evicted what the map still has;
 * everything else must agree: no value that was not put, no version that goes back, nothing after its time.
 */
class StoreModelTest {
    private static final int STEPS = 12_000;
    private static final int STEPS_PER_CHECK = 8;
    private static final int STEPS_PER_SETTING = 200;

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void agreesWithAMap(Eviction eviction) throws StoreFileException {
        for (int largest : new int[] {300, 20_000, 131_000}) {
            long seed = System.nanoTime();
            System.out.println("StoreModelTest " + eviction + " largest " + largest + " seed " + seed);
            run(eviction, seed, largest, false);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 20_000, 131_000})
    void agreesWithAMapWhileItsSettingsChange(int largest) throws StoreFileException {
        long seed = System.nanoTime();
        System.out.println("StoreModelTest settings change, largest " + largest + " seed " + seed);
        run(Eviction.CACHEE_LFU, seed, largest, true);
    }

    private static void run(Eviction eviction, long seed, int largest, boolean changes) throws StoreFileException {
        ManualClock clock = new ManualClock();
        StoreOptions options = StoreOptions.maxMemory(1 << 20)
                .eviction(eviction)
                .clock(clock)
                .seed(seed)
                .housekeeping(false);
        try (Store store = Store.open(options)) {
            Model model = new Model(
                    store,
                    new Random(seed),
                    largest,
                    !changes && store.core().policy.sparesLasting());
            for (int step = 0; step < STEPS; step++) {
                clock.advanceMillis(model.random.nextInt(3));
                model.step();
                if (changes && model.random.nextInt(STEPS_PER_SETTING) == 0) {
                    model.changeSettings();
                }
                if (step % STEPS_PER_CHECK == 0) {
                    StoreInvariants.check(store);
                }
            }
            assertThat(model.hits).as("the test reads values, not only misses").isGreaterThan(STEPS / 20);
            model.scanAgrees();
        }
    }

    private static final class Expected {
        final byte[] value;
        final long expiryMillis;
        final int version;

        Expected(byte[] value, long expiryMillis, int version) {
            this.value = value;
            this.expiryMillis = expiryMillis;
            this.version = version;
        }
    }

    private static final class Model {
        private final Map<String, Expected> model = new HashMap<>();
        private final Store store;
        private final Random random;
        private final int largest;
        /** Whether lasting entries were spared from the start. */
        private final boolean spares;

        private int hits;

        Model(Store store, Random random, int largest, boolean spares) {
            this.spares = spares;
            this.store = store;
            this.random = random;
            this.largest = largest;
        }

        private void step() {
            String key = "k" + random.nextInt(largest < 1_000 ? 9_000 : 3_000);
            int kind = random.nextInt(100);
            if (kind < 35) {
                put(key);
            } else if (kind < 60) {
                get(key);
            } else if (kind < 66) {
                delete(key);
            } else if (kind < 71) {
                expire(key);
            } else if (kind < 81) {
                add("n" + random.nextInt(20));
            } else if (kind < 92) {
                getAndDelete(key);
            } else if (kind < 98) {
                store.tick();
            } else if (random.nextInt(100) == 0) {
                clear();
            } else {
                randomKey();
            }
        }

        private boolean mayRefuse() {
            EvictionPolicy policy = store.core().policy;
            return !policy.evicts() || policy.sparesLasting();
        }

        private void changeSettings() {
            Eviction[] policies = Eviction.values();
            store.settings().eviction(policies[random.nextInt(policies.length)]);
            if (random.nextInt(3) == 0) {
                store.settings().maxBytes(random.nextInt(3) == 0 ? 0 : random.nextInt(1 << 20));
            }
        }

        private byte[] bytes(String key) {
            return key.getBytes(UTF_8);
        }

        private byte[] value() {
            int bound = random.nextInt(40) == 0 ? largest : Math.min(largest, 400);
            byte[] value = new byte[random.nextInt(bound)];
            random.nextBytes(value);
            return value;
        }

        private @Nullable Expected expected(String key) {
            Expected expected = model.get(key);
            return expected == null
                            || (expected.expiryMillis != Store.NO_TTL && expected.expiryMillis <= store.clockMillis())
                    ? null
                    : expected;
        }

        /** What the store has; it may have evicted the entry, but not changed it. */
        private byte @Nullable [] look(String key) {
            EntryInfo info = new EntryInfo();
            byte[] keyBytes = bytes(key);
            boolean present = store.describe(keyBytes, 0, keyBytes.length, info);
            Expected expected = expected(key);
            if (!present) {
                boolean lasting = expected != null && expected.expiryMillis == Store.NO_TTL;
                assertThat(lasting && spares).as("a lasting entry was evicted").isFalse();
                model.remove(key);
                return null;
            }
            hits++;
            if (expected == null) {
                throw new AssertionError("entry from nowhere: " + key);
            }
            assertThat(info.valueLength()).isEqualTo(expected.value.length);
            assertThat(info.version()).isEqualTo(expected.version);
            assertThat(info.expiryMillis()).isEqualTo(expected.expiryMillis);
            return expected.value;
        }

        private void remember(String key, byte[] value, long expiryMillis) {
            EntryInfo info = new EntryInfo();
            byte[] keyBytes = bytes(key);
            assertThat(store.describe(keyBytes, 0, keyBytes.length, info)).isTrue();
            Expected before = model.get(key);
            assertThat(before == null || before.version != info.version())
                    .as("a change gives a new version")
                    .isTrue();
            model.put(key, new Expected(value, expiryMillis, info.version()));
        }

        private void put(String key) {
            byte[] current = look(key);
            byte[] value = value();
            long ttl = random.nextInt(3) == 0 ? 1 + random.nextInt(8_000) : Store.NO_TTL;
            if (random.nextInt(10) == 0) {
                ttl = Store.KEEP_TTL;
            }
            Expected before = expected(key);
            PutMode mode = switch (random.nextInt(6)) {
                case 0 -> PutMode.IF_ABSENT;
                case 1 -> PutMode.IF_PRESENT;
                case 2 -> PutMode.ifVersion(before == null ? 7 : before.version);
                case 3 -> PutMode.ifVersion(before == null ? 7 : before.version + 1);
                default -> PutMode.ALWAYS;
            };
            boolean holds = switch (mode.condition()) {
                case ALWAYS -> true;
                case IF_ABSENT -> current == null;
                case IF_PRESENT -> current != null;
                case IF_VERSION -> before != null && current != null && before.version == mode.version();
            };
            byte[] keyBytes = bytes(key);
            PutResult result = store.put(keyBytes, 0, keyBytes.length, value, 0, value.length, ttl, mode);
            switch (result) {
                case STORED -> {
                    assertThat(holds).isTrue();
                    long kept = current == null || before == null ? Store.NO_TTL : before.expiryMillis;
                    long expiry = ttl > 0 ? store.clockMillis() + ttl : ttl == Store.KEEP_TTL ? kept : Store.NO_TTL;
                    remember(key, value, expiry);
                }
                case CONDITION_FAILED -> assertThat(holds).isFalse();
                case NOT_ADMITTED -> assertThat(current).isNull();
                case NO_SPACE -> assertThat(mayRefuse()).isTrue();
            }
        }

        private void get(String key) {
            byte[] expected = look(key);
            byte[] actual = store.get(bytes(key));
            assertThat(actual).isEqualTo(expected);
        }

        private void delete(String key) {
            boolean present = look(key) != null;
            byte[] keyBytes = bytes(key);
            assertThat(store.delete(keyBytes, 0, keyBytes.length)).isEqualTo(present);
            model.remove(key);
            assertThat(store.get(keyBytes)).isNull();
        }

        private void expire(String key) {
            byte[] current = look(key);
            long ttl = random.nextBoolean() ? 1 + random.nextInt(5_000) : Store.NO_TTL;
            byte[] keyBytes = bytes(key);
            PutResult result = store.expire(keyBytes, 0, keyBytes.length, ttl, PutMode.ALWAYS);
            if (result == PutResult.STORED) {
                if (current == null) {
                    throw new AssertionError("expiry of nothing: " + key);
                }
                remember(key, current, ttl == Store.NO_TTL ? Store.NO_TTL : store.clockMillis() + ttl);
            } else if (result == PutResult.CONDITION_FAILED) {
                // Making room for the copy may have evicted the entry itself.
                model.remove(key);
                assertThat(store.get(keyBytes)).isNull();
            }
        }

        private void add(String key) {
            byte[] current = look(key);
            long delta = random.nextLong(1_000) - 500;
            change(key, current, () -> {
                long before = current == null ? 0 : Long.parseLong(new String(current, UTF_8));
                assertThat(store.add(bytes(key), delta)).isEqualTo(before + delta);
                return Long.toString(before + delta).getBytes(UTF_8);
            });
        }

        private interface Change {
            byte[] apply();
        }

        /** A change that keeps the expiry; one that finds no room leaves things as they are. */
        private void change(String key, byte @Nullable [] current, Change change) {
            Expected before = expected(key);
            try {
                byte[] changed = change.apply();
                byte[] keyBytes = bytes(key);
                if (store.get(keyBytes) == null) {
                    model.remove(key);
                } else {
                    remember(key, changed, current == null || before == null ? Store.NO_TTL : before.expiryMillis);
                }
            } catch (StoreFullException e) {
                assertThat(mayRefuse()).isTrue();
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("larger than the limit");
            }
        }

        private void getAndDelete(String key) {
            byte[] current = look(key);
            assertThat(store.getAndDelete(bytes(key))).isEqualTo(current);
            model.remove(key);
        }

        private void clear() {
            store.clear();
            model.clear();
            assertThat(store.size()).isZero();
            assertThat(store.stats().liveBytes()).isZero();
        }

        private void randomKey() {
            byte[] key = store.randomKey();
            if (key != null) {
                assertThat(look(new String(key, UTF_8))).isNotNull();
            }
        }

        private void scanAgrees() {
            Set<String> seen = new HashSet<>();
            long cursor = 0;
            do {
                cursor = store.scan(cursor, 10, (key, info) -> seen.add(new String(key, UTF_8)));
            } while (cursor != 0);
            Set<String> present = new HashSet<>();
            for (String key : Set.copyOf(model.keySet())) {
                if (look(key) != null) {
                    present.add(key);
                }
            }
            assertThat(seen).isEqualTo(present);
        }
    }
}
