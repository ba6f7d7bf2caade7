package io.cachee.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class CatalogModelTest {
    private static final int PRODUCTS = 100;
    private static final long SETTLING = 1_000;
    private static final long SECONDS = 10_000;
    private static final long NO_PROBES = Long.MAX_VALUE;

    private static final int[] UNIFORM = uniform();

    private static int[] uniform() {
        int[] draws = new int[1 << 16];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = i % PRODUCTS;
        }
        return draws;
    }

    private static double cut(CatalogModel model) {
        return model.cut(PRODUCTS, UNIFORM, SETTLING, SECONDS, 1);
    }

    @Test
    void everyReadThatFollowsALifetimeLoads() {
        // A product of a pod is asked for once in ten seconds and lives for thirty: one of four reads loads.
        CatalogModel model = new CatalogModel(2, 20, 0, 30_000, 0, NO_PROBES);

        assertThat(cut(model)).isCloseTo(75, within(1.0));
    }

    @Test
    void aWriteTakesAProductFromAllPods() {
        // Of the reads of a product in a pod and the writes of it anywhere, one of six is a write: as many reads load.
        CatalogModel model = new CatalogModel(4, 40, 0.05, Long.MAX_VALUE / 2, 0, NO_PROBES);
        double writesARead = 4 * 0.05 / 0.95;

        assertThat(cut(model)).isCloseTo(100 / (1 + writesARead), within(1.0));
    }

    @Test
    void jitterShortensLifetimes() {
        CatalogModel model = new CatalogModel(2, 20, 0, 30_000, 0.5, NO_PROBES);

        // Lifetimes are fifteen to thirty seconds then, 22.5 on average.
        assertThat(cut(model)).isCloseTo(100 * 2.25 / 3.25, within(1.0));
    }

    @Test
    void probesAreReadsToo() {
        CatalogModel model = new CatalogModel(2, 20, 0, Long.MAX_VALUE / 2, 0, 1);

        assertThat(cut(model)).isCloseTo(90, within(1.0));
    }
}
