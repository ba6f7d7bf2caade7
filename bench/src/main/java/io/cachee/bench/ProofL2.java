package io.cachee.bench;

import io.cachee.testkit.FaultTimetable;
import java.time.Duration;
import java.util.List;

/** What the sidecars of a proof stand before, and how it fails. */
interface ProofL2 extends AutoCloseable {
    Duration SHORTEST = Duration.ofMillis(500);
    Duration LONGEST = Duration.ofMillis(2_500);

    /** What the sidecar of this number is told to stand before. */
    String uri(int sidecar) throws Exception;

    DirectClient direct();

    /** All that is to go wrong, side by side, while clients use the keys. */
    List<FaultTimetable> faults(long seed, ProofKeys keys);

    /** Takes away what the faults have left. */
    void calm() throws Exception;

    /** What has happened to L2 so far; blank when nothing is worth a word. */
    String happened();

    /** Whether what is to be shown before this L2 has happened at all. */
    boolean hasFailed();

    @Override
    void close();
}
