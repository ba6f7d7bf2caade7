package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class HotKeysTest {
    private static final int CALLS = 10_000_000;

    private final HotKeys hot = new HotKeys();

    private void add(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        hot.add(bytes, 0, bytes.length, 1);
    }

    /** A client that asks for one key at each call of a cycle as long as the distance between samples. */
    @Test
    void areFoundInSamplesThatHaveNoRhythm() {
        int samples = 0;
        for (int call = 0; call < CALLS; call += hot.distance()) {
            add("key" + call % HotKeys.MEAN_DISTANCE);
            samples++;
        }
        assertThat((long) samples * HotKeys.MEAN_DISTANCE).isCloseTo(CALLS, Percentage.withPercentage(5));
        List<HotKeys.Entry> entries = hot.entries();
        assertThat(entries).hasSize(HotKeys.MEAN_DISTANCE);
        double mean = hot.total() / (double) HotKeys.MEAN_DISTANCE;
        assertThat(entries)
                .allSatisfy(entry -> assertThat((double) entry.count()).isCloseTo(mean, Percentage.withPercentage(35)));
    }

    @Test
    void areThoseThatTakeMost() {
        for (int i = 0; i < 50_000; i++) {
            add(i % 10 == 0 ? "hot" : "cold" + i);
        }
        HotKeys.Entry hottest = hot.entries().stream()
                .max(java.util.Comparator.comparingLong(HotKeys.Entry::count))
                .orElseThrow();
        assertThat(hottest.key()).isEqualTo(new Bytes("hot".getBytes(UTF_8)));
        assertThat(hottest.count() / (double) hot.total()).isBetween(0.09, 0.12);
    }
}
