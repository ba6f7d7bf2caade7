package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static final long MB = 1 << 20;
    /** What the JVM takes beside its heap, and the kernel for pages of libraries that it cannot do without. */
    private static final long BESIDE_HEAP = 34 * MB;

    @Test
    void allPartsTogetherFitIntoTheContainer() {
        for (long store : List.of(128 * MB, 256 * MB, 512 * MB, 1_024 * MB, 4_096 * MB)) {
            long limit = store / 2 * 3;
            long heap = limit / 100 * 8;
            MemoryPlan plan = MemoryPlan.of(limit, store, heap, false);
            assertThat(plan.heapBytes()).isLessThanOrEqualTo(heap);
            assertThat(store + BESIDE_HEAP + plan.heapBytes() + plan.replyBytes() + plan.socketBytes())
                    .isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void whatClientsMayCauseGrowsWithTheContainer() {
        MemoryPlan small = MemoryPlan.of(192 * MB, 128 * MB, 15 * MB, false);
        MemoryPlan large = MemoryPlan.of(384 * MB, 256 * MB, 30 * MB, false);
        assertThat(large.requestBytes()).isGreaterThan(2 * small.requestBytes());
        assertThat(large.replyBytes()).isGreaterThan(2 * small.replyBytes());
        assertThat(large.mostClients()).isGreaterThan(2 * small.mostClients());
        assertThat(small.mostClients()).isGreaterThan(500);
    }

    @Test
    void theLinkToL2TakesSomeOfIt() {
        MemoryPlan alone = MemoryPlan.of(384 * MB, 256 * MB, 30 * MB, false);
        MemoryPlan before = MemoryPlan.of(384 * MB, 256 * MB, 30 * MB, true);
        assertThat(before.replyBytes()).isLessThan(alone.replyBytes());
    }

    @Test
    void aSmallHeapBoundsRequests() {
        MemoryPlan plan = MemoryPlan.of(1_536 * MB, 1_024 * MB, 20 * MB, false);
        assertThat(plan.mostRequestBytes()).isLessThan(13 * MB);
        assertThat(plan.replyBytes()).isGreaterThan(100 * MB);
    }

    @Test
    void withoutALimitTheProcessTakesHalfOfTheStoresSize() {
        assertThat(MemoryPlan.of(0, 256 * MB, 4_096 * MB, false).besideBytes()).isEqualTo(128 * MB);
        assertThat(MemoryPlan.of(0, 16 * MB, 4_096 * MB, false).besideBytes()).isEqualTo(64 * MB);
        assertThat(MemoryPlan.of(0, 64_000 * MB, 4_096 * MB, false).besideBytes())
                .isEqualTo(1_024 * MB);
    }

    @Test
    void aProcessThatNeedsMoreLeavesLessToClients() {
        MemoryPlan plan = MemoryPlan.of(192 * MB, 128 * MB, 15 * MB, false);
        assertThat(plan.withUsedHeap(15 * MB, 4 * MB)).isEqualTo(plan);
        assertThat(plan.withUsedHeap(15 * MB, 9 * MB).requestBytes()).isBetween(2 * MB, 3 * MB);
        assertThat(plan.withUsedHeap(15 * MB, 15 * MB).requestBytes()).isPositive();
    }
}
