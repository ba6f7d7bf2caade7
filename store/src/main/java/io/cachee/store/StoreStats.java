package io.cachee.store;

import java.util.EnumMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a store has counted since it was opened, and how its region is used now. */
public final class StoreStats {
    /** The figures, in the order in which they lie in a file's header. */
    enum Figure {
        ENTRIES,
        LIVE_BYTES,
        DEAD_BYTES,
        FREE_BYTES,
        INDEX_BYTES,
        REGION_BYTES,
        HITS,
        MISSES,
        EXPIRATIONS,
        EVICTED_ON_PROBATION,
        EVICTED_FROM_MAIN,
        EVICTED_UNDER_PRESSURE,
        EVICTED_FOR_INDEX,
        REFUSED_ADMISSIONS,
        REFUSED_FOR_SPACE
    }

    private final EnumMap<Figure, Long> values;

    StoreStats(EnumMap<Figure, Long> counted) {
        this.values = new EnumMap<>(counted);
    }

    long value(Figure figure) {
        return Objects.requireNonNull(values.get(figure));
    }

    /** Entries held, including those that have expired and are not yet removed. */
    public long entries() {
        return value(Figure.ENTRIES);
    }

    /** Bytes of records that are in use, headers included. */
    public long liveBytes() {
        return value(Figure.LIVE_BYTES);
    }

    /** Bytes of records that were overwritten, deleted or expired, and whose space is not yet reclaimed. */
    public long deadBytes() {
        return value(Figure.DEAD_BYTES);
    }

    /** Bytes of segments that hold nothing. */
    public long freeBytes() {
        return value(Figure.FREE_BYTES);
    }

    /** Bytes of the index. */
    public long indexBytes() {
        return value(Figure.INDEX_BYTES);
    }

    /** The size of the region. */
    public long regionBytes() {
        return value(Figure.REGION_BYTES);
    }

    /** Reads that found a value. */
    public long hits() {
        return value(Figure.HITS);
    }

    /** Reads that found none. */
    public long misses() {
        return value(Figure.MISSES);
    }

    /** Entries removed because their time was up. */
    public long expirations() {
        return value(Figure.EXPIRATIONS);
    }

    /** Entries evicted before they had earned a place in the main log. */
    public long evictedOnProbation() {
        return value(Figure.EVICTED_ON_PROBATION);
    }

    /** Entries evicted from the main log. */
    public long evictedFromMain() {
        return value(Figure.EVICTED_FROM_MAIN);
    }

    /** Entries evicted against the policy's wish, because room was needed at once. */
    public long evictedUnderPressure() {
        return value(Figure.EVICTED_UNDER_PRESSURE);
    }

    /** Entries evicted because too many keys share their place in the index. */
    public long evictedForIndex() {
        return value(Figure.EVICTED_FOR_INDEX);
    }

    /** Large values not stored because nothing was known in their favour. */
    public long refusedAdmissions() {
        return value(Figure.REFUSED_ADMISSIONS);
    }

    /** Writes refused because the store was full and may not evict. */
    public long refusedForSpace() {
        return value(Figure.REFUSED_FOR_SPACE);
    }

    /** Evictions for whatever reason. */
    public long evictions() {
        return evictedOnProbation() + evictedFromMain() + evictedUnderPressure() + evictedForIndex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoreStats stats && values.equals(stats.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "StoreStats" + values;
    }
}
