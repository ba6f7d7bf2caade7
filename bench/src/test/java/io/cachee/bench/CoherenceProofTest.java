package io.cachee.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A short run of the proof; {@code bench/run coherence} makes long ones. */
final class CoherenceProofTest {
    /** The machine may be busy with much else. */
    private static final int PATIENT_MILLIS = 5_000;

    @Test
    void findsNothingThatIsOlderThanItMayBe() throws Exception {
        assertThat(new CoherenceProof(CoherenceProof.Kind.STANDALONE, 8, new Random().nextLong(), PATIENT_MILLIS).run())
                .isTrue();
    }
}
