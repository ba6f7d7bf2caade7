package io.cachee.store;

import io.cachee.store.StoreStats.Figure;
import java.util.EnumMap;

/** The statistics in the header page, for {@link StoreInspection}: 64-bit figures in {@link Figure}'s order. */
final class StatisticsDescriptor {
    private StatisticsDescriptor() {}

    static void write(Region region, StoreStats stats) {
        long offset = HeaderDescriptor.STATISTICS_OFFSET;
        for (Figure figure : Figure.values()) {
            region.setLong(offset, stats.value(figure));
            offset += 8;
        }
    }

    static StoreStats read(Region region) {
        EnumMap<Figure, Long> counted = new EnumMap<>(Figure.class);
        long offset = HeaderDescriptor.STATISTICS_OFFSET;
        for (Figure figure : Figure.values()) {
            counted.put(figure, region.getLong(offset));
            offset += 8;
        }
        return new StoreStats(counted);
    }
}
