package io.cachee.store;

import io.cachee.store.StoreStats.Figure;
import java.util.EnumMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The parts of a store, and how they are put together. {@link Store} is its face. */
final class StoreCore {
    final Region region;
    final Layout layout;
    final Index index;
    final Segments segments;
    final OwnLookup lookup;
    final Records records;
    final Coherence coherence;
    final MemoryLimit limit;
    final ReadNotes uses;
    final History history;
    final Removals removals;
    final Counters counters = new Counters();
    final Reclaimer reclaimer;
    final Expirer expirer;
    final Writer writer;
    final Prefetch prefetch;
    final Housekeeper housekeeper;
    /** Changed under the reclaimer's lock, read by any thread. */
    volatile EvictionPolicy policy;

    private volatile Eviction eviction;
    final long policySeed;
    private final Clock clock;
    private final long originNanos;

    StoreCore(Region region, StoreOptions options, @Nullable StoreFile file) {
        this.region = region;
        this.layout = Layout.of(region.size(), options.vouchers);
        this.clock = options.clock;
        this.originNanos = clock.nanoTime();
        SplittableRandom random = new SplittableRandom(options.seed);
        HeaderDescriptor.write(
                region, layout, random.nextLong(), random.nextLong(), random.nextLong(), clock.wallMillis());
        region.setLong(HeaderDescriptor.SHAPE_OFFSET, IndexShape.uniform(IndexShape.MIN_BUCKETS));
        this.index = new Index(region, layout);
        this.segments = new Segments(region, layout, layout.firstSegmentAfter(index.end(IndexShape.MIN_BUCKETS)));
        this.limit = new MemoryLimit(segments);
        this.policySeed = random.nextLong();
        this.eviction = options.eviction;
        this.policy = createPolicy(options.eviction);
        this.uses = new ReadNotes(this);
        this.lookup = new OwnLookup(this, uses);
        this.coherence = lookup.coherence;
        this.prefetch = new Prefetch(region, layout, index, segments, lookup.keyHash);
        this.records = new Records(lookup, segments);
        this.removals = new Removals(options.removalListener, region, records);
        this.history = new History(region, index);
        this.reclaimer = new Reclaimer(this);
        this.expirer = new Expirer(this);
        this.writer = new Writer(this);
        this.housekeeper = new Housekeeper(this, file, options.populateInBackground);
    }

    /** Milliseconds since the store was opened. */
    long clockMillis() {
        return (clock.nanoTime() - originNanos) / 1_000_000;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    private EvictionPolicy createPolicy(Eviction wanted) {
        long entries = index.entries();
        long meanBytes = entries == 0 ? 0 : segments.liveBytes() / entries;
        return switch (wanted) {
            case CACHEE_LFU -> new CacheeLfu(segments, limit, false, policySeed, meanBytes);
            case VOLATILE_LFU -> new CacheeLfu(segments, limit, true, policySeed, meanBytes);
            case LRU -> OneLog.LRU;
            case VOLATILE_LRU -> OneLog.VOLATILE_LRU;
            case VOLATILE_TTL -> new VolatileTtl();
            case FIFO -> OneLog.FIFO;
            case NOEVICTION -> OneLog.NOEVICTION;
        };
    }

    Eviction eviction() {
        return eviction;
    }

    /**
     * Replaces the policy. Every policy understands all logs, and any policy byte, whichever policy left them. The
     * small log joins the main log, so that no entry is dropped first because another policy had it on probation.
     * Lasting entries that the next policy spares are sorted out when it comes to them.
     */
    void switchTo(Eviction wanted) {
        reclaimer.lock();
        try {
            if (wanted != eviction) {
                EvictionPolicy next = createPolicy(wanted);
                reclaimer.prepareFor(next);
                policy = next;
                eviction = wanted;
            }
        } finally {
            reclaimer.unlock();
        }
    }

    /** Removes every entry. The locks of all keys are held. */
    void clear() {
        reclaimer.lock();
        try {
            long[] stamps = index.lockAll();
            index.clear();
            segments.clear();
            reclaimer.reset();
            index.unlockAll(stamps);
        } finally {
            reclaimer.unlock();
        }
    }

    StoreStats stats() {
        EnumMap<Figure, Long> counted = new EnumMap<>(Figure.class);
        counted.put(Figure.ENTRIES, index.entries());
        counted.put(Figure.LIVE_BYTES, segments.liveBytes());
        counted.put(Figure.DEAD_BYTES, segments.deadBytes());
        counted.put(Figure.FREE_BYTES, (long) segments.freeCount() * segments.segmentSize());
        counted.put(Figure.INDEX_BYTES, reclaimer.sizer().indexBytes());
        counted.put(Figure.REGION_BYTES, layout.size());
        counted.put(Figure.HITS, counters.hits.sum());
        counted.put(Figure.MISSES, counters.misses.sum());
        counted.put(Figure.EXPIRATIONS, counters.expirations.sum());
        counted.put(Figure.EVICTED_ON_PROBATION, counters.evictedOnProbation.sum());
        counted.put(Figure.EVICTED_FROM_MAIN, counters.evictedFromMain.sum());
        counted.put(Figure.EVICTED_UNDER_PRESSURE, counters.evictedUnderPressure.sum());
        counted.put(Figure.EVICTED_FOR_INDEX, counters.evictedForIndex.sum());
        counted.put(Figure.REFUSED_ADMISSIONS, counters.refusedAdmissions.sum());
        counted.put(Figure.REFUSED_FOR_SPACE, counters.refusedForSpace.sum());
        return new StoreStats(counted);
    }
}
