package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the region's size, its parts lie beside each other and leave nearly all of it to entries. */
final class LayoutTest {
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    private static final int RANDOM_SIZES = 200;
    private static final double MOST_METADATA = 0.02;

    /** Powers of two, their neighbours, and whatever else. */
    static long[] sizes() {
        System.out.println("LayoutTest seed " + SEED);
        LongStream powers = LongStream.rangeClosed(20, 36).map(shift -> 1L << shift);
        LongStream neighbours = LongStream.rangeClosed(20, 35)
                .map(shift -> 1L << shift)
                .flatMap(size -> LongStream.of(size + 1, size + 4096, 3 * size / 2 + 12_345, 2 * size - 1));
        LongStream others = new SplittableRandom(SEED)
                .doubles(RANDOM_SIZES, 20, 36)
                .mapToLong(exponent -> (long) Math.pow(2, exponent));
        return LongStream.concat(powers, LongStream.concat(neighbours, others)).toArray();
    }

    @Test
    void partsLieBesideEachOther() {
        for (long requested : sizes()) {
            Layout layout = Layout.of(requested);
            String what = "region of " + requested + " in " + layout.segmentCount() + " segments";
            assertThat(layout.size()).as(what).isBetween(requested - Layout.PAGE + 1, requested);
            assertThat(layout.size() % Layout.PAGE).as(what).isZero();
            long[][] parts = {
                {0, Layout.PAGE},
                {layout.generationsOffset(), layout.generationsOffset() + 8L * layout.segmentCount()},
                {layout.countersOffset(), layout.countersOffset() + (8L << layout.counterShift())},
                {layout.stripesOffset(), layout.stripesOffset() + 8L * layout.stripeCount()},
                {layout.indexOffset(), smallestIndexEnd(layout)},
            };
            for (int i = 1; i < parts.length; i++) {
                assertThat(parts[i][0]).as("part %d of %s", i, what).isGreaterThanOrEqualTo(parts[i - 1][1]);
                assertThat(parts[i][0] % 8).as("part %d of %s", i, what).isZero();
            }
            assertThat(layout.indexOffset() % 64).as(what).isZero();
            assertThat(layout.recordsEnd()).as(what).isBetween(smallestIndexEnd(layout), layout.size());
        }
    }

    private static long smallestIndexEnd(Layout layout) {
        return layout.indexOffset() + layout.stripeCount() * IndexShape.stripeBytes(IndexShape.MIN_BUCKETS);
    }

    @Test
    void theLastOfEachTableIsStillInIt() {
        for (long requested : sizes()) {
            Layout layout = Layout.of(requested);
            assertThat(layout.generationOffset(layout.recordsEnd() - 1))
                    .isEqualTo(8L * layout.segmentCount() - 8 + 4096);
            assertThat(layout.counterOffset(-1)).isLessThan(layout.stripesOffset());
            assertThat(layout.counterOffset(0)).isEqualTo(layout.countersOffset());
            assertThat(layout.stripeWordOffset(layout.stripeCount() - 1)).isLessThan(layout.indexOffset());
        }
    }

    /** Enough that reclaiming one is a small step, and few enough that their numbers and tables are small. */
    @Test
    void segmentsAreManyButNotTooMany() {
        for (long requested : sizes()) {
            Layout layout = Layout.of(requested);
            int least = requested >= 32 << 20 ? 1_024 : 64;
            assertThat(layout.segmentCount()).as("region of " + requested).isBetween(least, 1 << 16);
            assertThat(layout.recordsEnd()).isGreaterThan(layout.size() - layout.segmentSize());
            assertThat(layout.segmentSize()).isBetween(1 << Layout.MIN_SEGMENT_SHIFT, 1 << 20);
        }
    }

    /** Cut into the smallest pieces that a large value is cut into, beside the longest key. */
    @Test
    void theChunkListOfTheLargestValueFitsIntoASegment() {
        for (long requested : sizes()) {
            Layout layout = Layout.of(requested);
            long bytes = layout.size() / 8 + Store.MAX_KEY_SIZE;
            long piece = Math.max(layout.segmentSize() / 8, Math.min(layout.segmentSize() / 2, 4096));
            long chunks = bytes / (piece - RecordDescriptor.CHUNK_BYTES) + bytes / layout.segmentSize() + 3;
            assertThat(RecordDescriptor.headBytes((int) chunks, true))
                    .as("%d chunks, region of %d", chunks, requested)
                    .isLessThanOrEqualTo(layout.segmentSize());
        }
    }

    /** Header, generations, coherence counters and stripe words. */
    @Test
    void whatIsNotForEntriesIsLittle() {
        double most = Arrays.stream(sizes())
                .mapToObj(Layout::of)
                .mapToDouble(layout -> (double) layout.indexOffset() / layout.size())
                .max()
                .orElseThrow();
        System.out.println("LayoutTest: metadata take at most " + most);
        assertThat(most).isLessThan(MOST_METADATA);
    }

    @Test
    void noRecordMayLieOutsideTheSegments() {
        for (long requested : sizes()) {
            Layout layout = Layout.of(requested);
            long last = layout.recordsEnd() - 8;
            assertThat(layout.mayHoldRecord(layout.indexOffset() - 8, 8)).isFalse();
            assertThat(layout.mayHoldRecord(last, 8)).isTrue();
            assertThat(layout.mayHoldRecord(last, 9)).isFalse();
            assertThat(layout.mayHoldRecord(layout.recordsEnd(), 0)).isFalse();
            assertThat(layout.mayHoldRecord(layout.size(), 8)).isFalse();
            assertThat(layout.mayHoldRecord(-8, 8)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, (1L << 20) - 1, (1L << 36) + 1, 1L << 37, Long.MAX_VALUE})
    void refusesASizeOutsideItsLimits(long size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Layout.of(size))
                .withMessageContaining(Long.toString(size))
                .withMessageContaining("1 MiB to 64 GiB");
    }

    @ParameterizedTest
    @MethodSource("smallSizes")
    void aValueAsLargeAsAllowedIsStoredAndRead(long size) throws StoreFileException {
        try (Store store = Store.open(StoreOptions.maxMemory(size).seed(SEED).housekeeping(false))) {
            byte[] value = TestEntries.value(size, (int) store.maxValueSize());
            byte[] key = TestEntries.value(3, Store.MAX_KEY_SIZE);
            assertThat(store.put(key, value)).isEqualTo(PutResult.STORED);
            assertThat(store.get(key)).isEqualTo(value);
            StoreInvariants.check(store);
        }
    }

    static long[] smallSizes() {
        return Arrays.stream(sizes()).filter(size -> size <= 64 << 20).limit(24).toArray();
    }
}
