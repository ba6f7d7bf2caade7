package io.cachee.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.nearcache.KeyspacePolicy.Consistency;
import io.cachee.store.Stamp;
import org.junit.jupiter.api.Test;

final class FreshnessTest {
    private static final int GENERATION = 7;
    private static final long LOADED = 10_000;
    private static final int LIFETIME = 1_000;
    private static final long STALE = 300;

    private final EndedGenerations ended = new EndedGenerations();
    private double chance;
    private final Freshness freshness = new Freshness(ended, () -> chance);

    private static KeyspacePolicy policy(long softTtlMillis, double beta, Consistency consistency) {
        return KeyspacePolicy.builder()
                .jitter(0)
                .l1TtlMillis(LIFETIME)
                .softTtlMillis(softTtlMillis)
                .staleIfErrorMillis(STALE)
                .earlyRefresh(beta)
                .consistency(consistency)
                .build();
    }

    private static final KeyspacePolicy PLAIN = policy(0, 0, Consistency.BOUNDED);

    private static Stamp stamp(boolean isAbsent, int loadMillis) {
        byte[] value = new byte[Stamp.BYTES];
        new Stamp()
                .of(isAbsent ? Stamp.Kind.ABSENT : Stamp.Kind.VALUE, 0, GENERATION)
                .loaded(LOADED, LIFETIME, 0, loadMillis)
                .write(value);
        return new Stamp().read(value, value.length);
    }

    private Verdict at(long millisAfterLoad, int generation, KeyspacePolicy policy) {
        return freshness.judge(stamp(false, 20), policy, Long.MIN_VALUE, generation, LOADED + millisAfterLoad);
    }

    @Test
    void isFreshUntilItsTimeHasComeAndStaleForAsLongAsIsDeclared() {
        assertThat(at(LIFETIME - 1, GENERATION, PLAIN)).isEqualTo(Verdict.FRESH);
        assertThat(at(LIFETIME, GENERATION, PLAIN)).isEqualTo(Verdict.STALE);
        assertThat(at(LIFETIME + STALE - 1, GENERATION, PLAIN)).isEqualTo(Verdict.STALE);
        assertThat(at(LIFETIME + STALE, GENERATION, PLAIN)).isEqualTo(Verdict.GONE);
    }

    @Test
    void countsStalenessFromTheEndOfWhatVouchedForIt() {
        ended.ended(GENERATION, LOADED + 100);
        assertThat(at(100, 0, PLAIN)).isEqualTo(Verdict.STALE);
        assertThat(at(100, GENERATION + 1, PLAIN)).isEqualTo(Verdict.STALE);
        assertThat(at(100 + STALE - 1, 0, PLAIN)).isEqualTo(Verdict.STALE);
        assertThat(at(100 + STALE, 0, PLAIN)).isEqualTo(Verdict.GONE);
    }

    @Test
    void servesNothingOfWhichItIsNotKnownSinceWhenNobodyVouchesForIt() {
        assertThat(at(1, GENERATION + 1, PLAIN)).isEqualTo(Verdict.GONE);
        assertThat(at(1, 0, PLAIN)).isEqualTo(Verdict.GONE);
    }

    @Test
    void neverServesStaleWhereConsistencyIsStrong() {
        KeyspacePolicy strong = policy(0, 0, Consistency.STRONG);
        ended.ended(GENERATION, LOADED + 1);
        assertThat(at(1, GENERATION, strong)).isEqualTo(Verdict.FRESH);
        assertThat(at(1, 0, strong)).isEqualTo(Verdict.GONE);
        assertThat(at(LIFETIME, GENERATION, strong)).isEqualTo(Verdict.GONE);
    }

    @Test
    void neverServesAbsenceThatIsStale() {
        Verdict verdict = freshness.judge(stamp(true, 20), PLAIN, Long.MIN_VALUE, GENERATION, LOADED + LIFETIME);
        assertThat(verdict).isEqualTo(Verdict.GONE);
    }

    @Test
    void knowsNothingOfWhatWasKeptBeforeItsKeyspaceWasOutdated() {
        assertThat(freshness.judge(stamp(false, 20), PLAIN, LOADED, GENERATION, LOADED + 1))
                .isEqualTo(Verdict.GONE);
        assertThat(freshness.judge(stamp(false, 20), PLAIN, LOADED - 1, GENERATION, LOADED + 1))
                .isEqualTo(Verdict.FRESH);
    }

    @Test
    void isDueAfterItsSoftTime() {
        KeyspacePolicy soft = policy(400, 0, Consistency.BOUNDED);
        assertThat(at(399, GENERATION, soft)).isEqualTo(Verdict.FRESH);
        assertThat(at(400, GENERATION, soft)).isEqualTo(Verdict.REFRESH);
    }

    @Test
    void isDueEarlierByChanceTheNearerItsEndIs() {
        KeyspacePolicy early = policy(0, 1, Consistency.BOUNDED);
        chance = 0;
        assertThat(at(LIFETIME - 1, GENERATION, early)).isEqualTo(Verdict.FRESH);
        // -ln(1 - 0.95) is 3.0: three times the 20 ms that loading took.
        chance = 0.95;
        assertThat(at(LIFETIME - 70, GENERATION, early)).isEqualTo(Verdict.FRESH);
        assertThat(at(LIFETIME - 59, GENERATION, early)).isEqualTo(Verdict.REFRESH);
    }

    @Test
    void takesNothingForAStampThatIsNone() {
        Stamp nothing = new Stamp().read(new byte[Stamp.BYTES], Stamp.BYTES);
        assertThat(freshness.judge(nothing, PLAIN, Long.MIN_VALUE, GENERATION, LOADED))
                .isEqualTo(Verdict.GONE);
    }
}
