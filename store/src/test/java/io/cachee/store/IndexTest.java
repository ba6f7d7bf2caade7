package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The index alone, so full that entries are displaced as far as they may be. */
class IndexTest {
    private static final int SIZE = 1 << 20;
    private static final int STEPS = 60_000;
    private static final int STEPS_PER_CHECK = 16;
    private static final double FULLEST = 0.98;

    private final Layout layout = Layout.of(SIZE);
    private final Region region = new Region(Arena.ofAuto().allocate(SIZE, Layout.PAGE));
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    /** An entry, by its hash and the made-up address that its slot holds. */
    private record Entry(long hash, long address) {}

    @Test
    void findsEveryEntryHoweverFullAStripeIs() {
        System.out.println("IndexTest seed " + seed);
        region.setLong(HeaderDescriptor.SHAPE_OFFSET, IndexShape.uniform(64));
        Index index = new Index(region, layout);
        List<Entry> entries = new ArrayList<>();
        long nextAddress = 1 << 18;
        int most = (int) (layout.stripeCount() * 64 * Slots.SLOTS_PER_BUCKET * FULLEST);
        for (int step = 0; step < STEPS; step++) {
            if (entries.size() < most && random.nextInt(10) < 6) {
                Entry entry = new Entry(random.nextLong(), nextAddress++);
                if (index.insert(entry.hash, slot(entry))) {
                    entries.add(entry);
                }
            } else if (!entries.isEmpty()) {
                Entry gone = entries.set(random.nextInt(entries.size()), entries.getLast());
                entries.removeLast();
                int stripe = index.stripeOf(gone.hash);
                if (random.nextBoolean()) {
                    assertThat(index.removeAddress(stripe, gone.hash, gone.address))
                            .isTrue();
                    assertThat(index.removeAddress(stripe, gone.hash, gone.address))
                            .isFalse();
                } else {
                    index.remove(stripe, index.findAddress(gone.hash, gone.address));
                }
            }
            if (step % STEPS_PER_CHECK == 0) {
                check(index, entries);
            }
        }
        int slots = layout.stripeCount() * (64 + Slots.MAX_DISPLACEMENT) * Slots.SLOTS_PER_BUCKET;
        int refused = 0;
        for (int i = 0; i <= slots; i++) {
            Entry entry = new Entry(random.nextLong(), nextAddress++);
            if (index.insert(entry.hash, slot(entry))) {
                entries.add(entry);
            } else {
                refused++;
            }
        }
        check(index, entries);
        assertThat(refused).as("more entries than slots").isPositive();
    }

    @Test
    void keepsEveryEntryWhileItGrowsAndShrinks() {
        System.out.println("IndexTest seed " + seed);
        region.setLong(HeaderDescriptor.SHAPE_OFFSET, IndexShape.uniform(32));
        Index index = new Index(region, layout);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < layout.stripeCount() * 32 * 5; i++) {
            Entry entry = new Entry(random.nextLong(), (1 << 18) + i);
            assertThat(index.insert(entry.hash, slot(entry))).isTrue();
            entries.add(entry);
        }
        for (int buckets : new int[] {36, 64, 60, 128, 40, 32}) {
            for (int stripe = index.nextToRebuild(buckets); stripe >= 0; stripe = index.nextToRebuild(buckets)) {
                index.rebuild(stripe, buckets, (at, slot) -> {
                    throw new AssertionError("no room for " + slot + " in stripe " + at);
                });
                check(index, entries);
            }
            assertThat(index.shape()).isEqualTo(IndexShape.uniform(buckets));
        }
    }

    private static long slot(Entry entry) {
        return Slots.pack(Slots.tagOfHash(entry.hash), 1, entry.address);
    }

    private void check(Index index, List<Entry> entries) {
        assertThat(index.entries()).isEqualTo(entries.size());
        for (Entry entry : entries) {
            long slotOffset = index.findAddress(entry.hash, entry.address);
            assertThat(slotOffset).as("slot of %s", entry).isPositive();
            assertThat(region.getLong(slotOffset)).isEqualTo(slot(entry));
        }
    }
}
