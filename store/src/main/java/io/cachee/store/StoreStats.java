package io.cachee.store;

/**
 * What a store has counted since it was opened, and how its region is used now.
 *
 * @param entries entries held, those included that have expired but were not yet removed
 * @param liveBytes bytes of records that are in use, headers included
 * @param deadBytes bytes of records that were overwritten, deleted or expired and not yet reclaimed
 * @param freeBytes bytes of segments that hold nothing
 * @param indexBytes bytes of the index
 * @param regionBytes the size of the region
 * @param hits reads that found a value
 * @param misses reads that found none
 * @param expirations entries removed because their time was up
 * @param evictedOnProbation entries evicted that had not earned a place among the established
 * @param evictedFromMain established entries evicted
 * @param evictedUnderPressure entries evicted against the policy's wish, because room was needed at once
 * @param evictedForIndex entries evicted because too many keys share their place in the index
 * @param refusedAdmissions large values not stored because nothing was known in their favour
 * @param refusedForSpace writes refused because the store was full and may not evict
 */
public record StoreStats(
        long entries,
        long liveBytes,
        long deadBytes,
        long freeBytes,
        long indexBytes,
        long regionBytes,
        long hits,
        long misses,
        long expirations,
        long evictedOnProbation,
        long evictedFromMain,
        long evictedUnderPressure,
        long evictedForIndex,
        long refusedAdmissions,
        long refusedForSpace) {

    /** Evictions for whatever reason. */
    public long evictions() {
        return evictedOnProbation + evictedFromMain + evictedUnderPressure + evictedForIndex;
    }
}
