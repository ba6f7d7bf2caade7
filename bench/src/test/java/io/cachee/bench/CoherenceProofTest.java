package io.cachee.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A short run of the proof; {@code bench/run coherence} makes long ones. */
final class CoherenceProofTest {
    @Test
    void findsNothingThatIsOlderThanItMayBe() throws Exception {
        assertThat(new CoherenceProof(8, new Random().nextLong()).run()).isTrue();
    }
}
