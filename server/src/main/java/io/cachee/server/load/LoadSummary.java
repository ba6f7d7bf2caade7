package io.cachee.server.load;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Combines several rounds of a load: the median of each figure, the sum of errors and broken connections. */
public final class LoadSummary {
    private final List<LoadResult> rounds;

    private LoadSummary(List<LoadResult> rounds) {
        this.rounds = List.copyOf(rounds);
    }

    /** The summary of one round or more. */
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

    /** The requests answered in a second. */
    public double perSecond() {
        return median(LoadResult::perSecond);
    }

    /** A percentile of the latency, in microseconds. */
    public double micros(double percentile) {
        return median(round -> round.micros(percentile));
    }

    /** The server's CPU time for each request; 0 if it is not known. */
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
