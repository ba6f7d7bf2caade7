package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.store.RegisterHistory.Kind;
import io.cachee.store.RegisterHistory.Operation;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a few threads see of one or two keys at a time could have happened one operation after the other. */
final class LinearizabilityTest {
    private static final int HISTORIES = Integer.getInteger("cachee.histories", 5_000);
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    private static final long SIZE = 4 << 20;
    /** Far off; but reads of what expires look at the clock, which lets writers in. */
    private static final long TTL_MILLIS = 3_600_000;

    private static final int THREADS = 3;
    private static final int SPINS_PER_YIELD = 200;
    private static final int MOST_SPINS_BETWEEN = 60;
    private static final Kind[] KINDS = Kind.values();

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger arrived = new AtomicInteger();
    private final CyclicBarrier barrier = new CyclicBarrier(THREADS);
    private final List<List<Operation>> recorded = new ArrayList<>();
    private int overlapping;

    /** Small values are numbers that can be added to; large ones lie in several pieces, and are recycled soon. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void concurrentOperationsTakeEffectOneAfterTheOther(boolean large) throws Exception {
        System.out.println("LinearizabilityTest seed " + SEED + ", " + HISTORIES + " histories, large " + large);
        YieldingRegion region = new YieldingRegion(SIZE);
        StoreOptions options = StoreOptions.maxMemory(SIZE)
                .eviction(Eviction.NOEVICTION)
                .clock(YieldingRegion.CLOCK)
                .seed(SEED)
                .housekeeping(false);
        for (int thread = 0; thread < THREADS; thread++) {
            recorded.add(List.of());
        }
        try (Store store = Store.create(region, options, null);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                running.add(threads.submit(() -> work(store, number, large)));
            }
            for (Future<?> worker : running) {
                worker.get();
            }
            StoreInvariants.check(store);
            assertThat(store.stats().evictions()).isZero();
        }
        System.out.println("LinearizabilityTest: " + overlapping + " histories with operations that overlap");
        assertThat(overlapping).isGreaterThan(HISTORIES / 20);
    }

    private @Nullable Void work(Store store, int thread, boolean large) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED + thread);
        for (int history = 0; history < HISTORIES; history++) {
            if (thread == 0) {
                for (int key = 0; key < RegisterHistory.KEYS; key++) {
                    TestEntries.delete(store, key(key));
                }
            }
            barrier.await(1, TimeUnit.MINUTES);
            Client client = new Client(store, clock, large, random);
            RuntimeException thrown = null;
            startTogether(history);
            try {
                client.run(history * 100L + thread * 10L, 1 + history % RegisterHistory.KEYS);
            } catch (RuntimeException e) {
                thrown = e;
            }
            synchronized (recorded) {
                recorded.set(thread, client.operations);
            }
            barrier.await(1, TimeUnit.MINUTES);
            if (thrown != null) {
                throw thrown;
            }
            if (thread == 0) {
                checkHistory();
            }
        }
        return null;
    }

    /** The barrier wakes threads one by one, far apart by the measure of an operation; this lets them go at once. */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding is for machines with fewer processors than threads.
    private void startTogether(int history) {
        arrived.incrementAndGet();
        for (int spins = 1; arrived.get() < (history + 1) * THREADS; spins++) {
            if (spins % SPINS_PER_YIELD == 0) {
                Thread.yield();
            }
            Thread.onSpinWait();
        }
    }

    private void checkHistory() {
        List<Operation> operations = new ArrayList<>();
        synchronized (recorded) {
            recorded.forEach(operations::addAll);
        }
        RegisterHistory history = new RegisterHistory(operations);
        overlapping += history.overlaps() ? 1 : 0;
        assertThat(history.isLinearizable())
                .as("seed %d, history %s", SEED, operations)
                .isTrue();
    }

    private static byte[] key(int key) {
        return TestEntries.bytes("key" + key);
    }

    /** One thread's part of one history. */
    private static final class Client {
        private static final int FEWEST_OPERATIONS = 4;
        private static final int MOST_OPERATIONS = 6;
        private static final int LARGEST = 16_384;

        private final List<Operation> operations = new ArrayList<>();
        private final int[] seenVersions = new int[RegisterHistory.KEYS];
        private final byte[] target = new byte[LARGEST];
        private final EntryInfo info = new EntryInfo();
        private final Store store;
        private final AtomicLong clock;
        private final boolean large;
        private final SplittableRandom random;

        Client(Store store, AtomicLong clock, boolean large, SplittableRandom random) {
            this.store = store;
            this.clock = clock;
            this.large = large;
            this.random = random;
            Arrays.fill(seenVersions, RegisterHistory.NO_VERSION);
        }

        void run(long firstValue, int keys) {
            int count = random.nextInt(FEWEST_OPERATIONS, MOST_OPERATIONS + 1);
            for (int i = 0; i < count; i++) {
                Kind kind = random.nextInt(3) == 0 ? Kind.GET : KINDS[random.nextInt(KINDS.length)];
                if ((kind == Kind.ADD && large) || (kind == Kind.CLEAR && random.nextInt(3) != 0)) {
                    kind = Kind.PUT;
                }
                operations.add(perform(kind, random.nextInt(keys), firstValue + i));
                for (int spins = random.nextInt(MOST_SPINS_BETWEEN); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
            }
        }

        private Operation perform(Kind kind, int number, long value) {
            byte[] key = key(number);
            byte[] bytes = large ? TestEntries.value(value, largeLength(value)) : bytes(value);
            int expected = seenVersions[number];
            int version = RegisterHistory.NO_VERSION;
            Long result = null;
            long invoked = clock.incrementAndGet();
            switch (kind) {
                case GET -> {
                    MemorySegment memory = MemorySegment.ofArray(target);
                    int length = (int) store.get(key, 0, key.length, memory, 0, LARGEST, info);
                    result = length < 0 ? null : number(Arrays.copyOf(target, length));
                    version = length < 0 ? RegisterHistory.NO_VERSION : info.version();
                }
                case PUT -> put(key, bytes, PutMode.ALWAYS);
                case PUT_IF_ABSENT -> result = put(key, bytes, PutMode.IF_ABSENT);
                case PUT_IF_VERSION -> {
                    version = expected;
                    result = put(key, bytes, PutMode.ifVersion(expected));
                }
                case DELETE -> result = TestEntries.delete(store, key) ? 1L : 0L;
                case GET_AND_DELETE -> result = number(store.getAndDelete(key));
                case ADD -> result = store.add(key, value);
                case CLEAR -> store.clear();
            }
            long returned = clock.incrementAndGet();
            if (kind == Kind.GET && version != RegisterHistory.NO_VERSION) {
                seenVersions[number] = version;
            }
            return new Operation(kind, number, value, version, result, invoked, returned);
        }

        private long put(byte[] key, byte[] value, PutMode mode) {
            PutResult result = store.put(key, 0, key.length, value, 0, value.length, TTL_MILLIS, mode);
            return switch (result) {
                case STORED -> 1;
                case CONDITION_FAILED -> 0;
                case NOT_ADMITTED, NO_SPACE ->
                    throw new IllegalStateException(result + " though nearly nothing is held: " + store.stats());
            };
        }

        private static byte[] bytes(long value) {
            return TestEntries.bytes(Long.toString(value));
        }

        private static int largeLength(long value) {
            return 16 + (int) (value % 7) * 2_000;
        }

        private @Nullable Long number(byte @Nullable [] bytes) {
            if (bytes == null) {
                return null;
            }
            if (!large) {
                return Long.valueOf(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
            }
            long value = java.nio.ByteBuffer.wrap(bytes)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            if (!Arrays.equals(bytes, TestEntries.value(value, largeLength(value)))) {
                throw new IllegalStateException("torn value of " + bytes.length + " bytes, begun as " + value);
            }
            return value;
        }
    }

    // ---------------------------------------------------------------- the checker itself

    private static boolean accepts(Operation... operations) {
        return new RegisterHistory(List.of(operations)).isLinearizable();
    }

    private static Operation put(long value, long invoked, long returned) {
        return new Operation(Kind.PUT, 0, value, RegisterHistory.NO_VERSION, null, invoked, returned);
    }

    private static Operation get(@Nullable Long value, int version, long invoked, long returned) {
        return new Operation(Kind.GET, 0, 0, version, value, invoked, returned);
    }

    private static Operation add(long delta, long sum, long invoked, long returned) {
        return new Operation(Kind.ADD, 0, delta, RegisterHistory.NO_VERSION, sum, invoked, returned);
    }

    private static Operation putIfVersion(long value, int version, boolean stored, long invoked, long returned) {
        return new Operation(Kind.PUT_IF_VERSION, 0, value, version, stored ? 1L : 0L, invoked, returned);
    }

    private static Operation clear(long invoked, long returned) {
        return new Operation(Kind.CLEAR, 0, 0, RegisterHistory.NO_VERSION, null, invoked, returned);
    }

    @Test
    void theCheckerAcceptsWhatAnOrderExplains() {
        assertThat(accepts(put(1, 1, 4), get(null, -1, 2, 3))).isTrue();
        assertThat(accepts(put(1, 1, 4), get(1L, 5, 2, 3))).isTrue();
        assertThat(accepts(add(1, 3, 1, 4), add(2, 2, 2, 3))).isTrue();
        assertThat(accepts(put(1, 1, 2), get(1L, 5, 3, 4), putIfVersion(2, 5, true, 5, 6)))
                .isTrue();
        assertThat(accepts(put(1, 1, 6), get(null, -1, 2, 3), get(1L, 5, 4, 5))).isTrue();
    }

    @Test
    void theCheckerRejectsWhatNoOrderExplains() {
        assertThat(accepts(put(1, 1, 2), get(null, -1, 3, 4)))
                .as("a value written before is not seen")
                .isFalse();
        assertThat(accepts(put(1, 1, 6), get(1L, 5, 2, 3), get(null, -1, 4, 5)))
                .as("a value seen is gone again")
                .isFalse();
        assertThat(accepts(add(1, 1, 1, 4), add(1, 1, 2, 3)))
                .as("one of two additions is lost")
                .isFalse();
        assertThat(accepts(put(1, 1, 2), get(1L, 5, 3, 4), put(2, 5, 6), putIfVersion(3, 5, true, 7, 8)))
                .as("a version that was replaced still counts")
                .isFalse();
        assertThat(accepts(put(1, 1, 2), get(1L, 5, 3, 4), put(2, 5, 6), get(2L, 5, 7, 8)))
                .as("two values have one version")
                .isFalse();
        assertThat(accepts(put(1, 1, 2), clear(3, 4), get(1L, 5, 5, 6)))
                .as("a value outlives a clearing")
                .isFalse();
    }
}
