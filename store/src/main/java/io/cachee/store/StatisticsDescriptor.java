package io.cachee.store;

/** The statistics in the header page, for whoever examines a file: 64-bit figures in {@link StoreStats}' order. */
final class StatisticsDescriptor {
    private StatisticsDescriptor() {}

    static void write(Region region, StoreStats stats) {
        long offset = HeaderDescriptor.STATISTICS_OFFSET;
        long[] figures = {
            stats.entries(),
            stats.liveBytes(),
            stats.deadBytes(),
            stats.freeBytes(),
            stats.indexBytes(),
            stats.regionBytes(),
            stats.hits(),
            stats.misses(),
            stats.expirations(),
            stats.evictedOnProbation(),
            stats.evictedFromMain(),
            stats.evictedUnderPressure(),
            stats.evictedForIndex(),
            stats.refusedAdmissions(),
            stats.refusedForSpace()
        };
        for (long figure : figures) {
            region.setLong(offset, figure);
            offset += 8;
        }
    }

    static StoreStats read(Region region) {
        long[] figures = new long[15];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = region.getLong(HeaderDescriptor.STATISTICS_OFFSET + 8L * i);
        }
        return new StoreStats(
                figures[0],
                figures[1],
                figures[2],
                figures[3],
                figures[4],
                figures[5],
                figures[6],
                figures[7],
                figures[8],
                figures[9],
                figures[10],
                figures[11],
                figures[12],
                figures[13],
                figures[14]);
    }
}
