package io.cachee.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricWriterTest {
    private static String written(boolean openMetrics) {
        MetricWriter out = new MetricWriter(openMetrics);
        out.counter("a_total", "As.", 5L);
        out.gauge("b", "Bs.").sample("b", 0.25, MetricWriter.label("c", "d\"e\\f\ng"));
        out.gauge("h", "Hs.").sample("h", Double.POSITIVE_INFINITY);
        return out.finish();
    }

    @Test
    void writesPrometheussTextFormat() {
        assertThat(written(false)).isEqualTo("""
            # HELP a_total As.
            # TYPE a_total counter
            a_total 5
            # HELP b Bs.
            # TYPE b gauge
            b{c="d\\"e\\\\f\\ng"} 0.25
            # HELP h Hs.
            # TYPE h gauge
            h +Inf
            """);
        assertThat(Exposition.parse(written(false), false).samples()).hasSize(3);
    }

    @Test
    void writesOpenMetrics() {
        assertThat(written(true)).contains("# TYPE a counter\na_total 5\n").endsWith("h +Inf\n# EOF\n");
        assertThat(Exposition.parse(written(true), true).types()).containsEntry("a", "counter");
    }

    @Test
    void refusesCountersByAnotherName() {
        assertThatThrownBy(() -> new MetricWriter(false).counter("a", "As."))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
