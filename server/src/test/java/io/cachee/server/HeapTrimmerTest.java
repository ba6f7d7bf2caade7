package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HeapTrimmerTest {
    private long heap = 10;
    private long kept = 10;
    private long nanos;
    private int collections;
    private final HeapTrimmer trimmer = new HeapTrimmer(
            20,
            () -> heap,
            () -> {
                collections++;
                heap = kept;
            },
            () -> nanos);

    private int collectionsAfter(long heapBytes, int seconds) {
        heap = heapBytes;
        nanos += TimeUnit.SECONDS.toNanos(seconds);
        trimmer.tick();
        return collections;
    }

    @Test
    void collectsWhenTheHeapIsLargerThanPlannedAndThenRests() {
        assertThat(collectionsAfter(20, 60)).isZero();
        assertThat(collectionsAfter(21, 1)).isEqualTo(1);
        assertThat(collectionsAfter(30, 1)).isEqualTo(1);
        assertThat(collectionsAfter(30, 9)).isEqualTo(2);
    }

    @Test
    void doesNotCollectAgainForWhatIsAlive() {
        kept = 25;
        assertThat(collectionsAfter(40, 1)).isEqualTo(1);
        assertThat(collectionsAfter(25, 60)).isEqualTo(1);
        assertThat(collectionsAfter(26, 60)).isEqualTo(2);
    }
}
