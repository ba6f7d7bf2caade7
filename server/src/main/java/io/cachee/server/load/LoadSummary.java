package io.cachee.server.load;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Several rounds of a load as one: of each figure the median, of errors and broken connections the sum. */
public final class LoadSummary {
    private final List<LoadResult> rounds;

    private LoadSummary(List<LoadResult> rounds) {
        this.rounds = List.copyOf(rounds);
    }

    /** Of at least one round. */
    public static LoadSummary of(List<LoadResult> rounds) {
        return new LoadSummary(rounds);
    }

    private double median(ToDoubleFunction<LoadResult> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[half]
                : Arrays.stream(sorted, half - 1, half + 1).sum() / 2;
    }

    /** Requests answered in a second. */
    public double perSecond() {
        return median(LoadResult::perSecond);
    }

    /** In microseconds. */
    public double micros(double percentile) {
        return median(round -> round.micros(percentile));
    }

    /** CPU time of the server for each request, 0 when that is not to be had. */
    public double cpuMicros() {
        return median(LoadResult::cpuMicros);
    }

    /** Errors among the replies, and connections that ended early. */
    public long failures() {
        return rounds.stream()
                .mapToLong(round -> round.errors() + round.broken())
                .sum();
    }
}
