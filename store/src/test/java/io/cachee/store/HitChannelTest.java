package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which reads a reader in another process reports. */
final class HitChannelTest {
    private static final int TICKS_PER_WINDOW = 25;
    private static final int HOT = 1_000;

    private final HitChannel channel =
            HitChannel.create(new Region(Arena.ofAuto().allocate(HitChannel.BYTES, Layout.PAGE)), 1);

    private static long hash(long number) {
        return (number + 1) * 0x9E3779B97F4A7C15L;
    }

    private void readAll(int from, int to) {
        for (int i = from; i < to; i++) {
            channel.report(hash(i));
        }
    }

    private Set<Long> reported() {
        Set<Long> reported = new HashSet<>();
        channel.drain(reported::add);
        return reported;
    }

    private void nextWindow() {
        for (int i = 0; i < TICKS_PER_WINDOW; i++) {
            channel.tick();
        }
    }

    @Test
    void aKeyThatIsReadAgainAndAgainIsReportedOnceAWindow() {
        nextWindow();
        readAll(0, 1);
        assertThat(reported()).containsExactly(hash(0));
        readAll(0, 1);
        channel.tick();
        readAll(0, 1);
        assertThat(reported()).isEmpty();
        nextWindow();
        readAll(0, 1);
        assertThat(reported()).containsExactly(hash(0));
    }

    /** Some share a group, but not the same ones in each window. */
    @Test
    void readingManyKeysInTurnReportsNoneTwiceAWindowAndEachOfThemInSome() {
        Set<Long> seen = new HashSet<>();
        for (int window = 0; window < 8; window++) {
            nextWindow();
            readAll(0, HOT);
            seen.addAll(reported());
            readAll(0, HOT);
            readAll(0, HOT);
            assertThat(reported()).isEmpty();
        }
        assertThat(seen).hasSize(HOT);
    }

    @Test
    void aWorkingSetThatHasBeenReportedIsLeftAloneUntilTheNextWindow() {
        nextWindow();
        readAll(0, HOT);
        channel.tick();
        readAll(0, HOT);
        channel.tick();
        assertThat(reported().size()).isGreaterThan(HOT * 8 / 10);
        readAll(HOT, HOT + 1);
        assertThat(reported()).isEmpty();
        nextWindow();
        readAll(HOT, HOT + 1);
        assertThat(reported()).containsExactly(hash(HOT));
    }

    @Test
    void aSteadyFlowOfNewKeysIsReportedToTheEndOfTheWindow() {
        nextWindow();
        Set<Long> expected = new HashSet<>();
        for (int tick = 1; tick < TICKS_PER_WINDOW; tick++) {
            readAll(tick * 100, tick * 100 + 100);
            for (int i = 0; i < 100; i++) {
                expected.add(hash(tick * 100L + i));
            }
            channel.tick();
        }
        Set<Long> reported = reported();
        assertThat(expected).containsAll(reported);
        assertThat(reported.size()).isGreaterThan(expected.size() * 7 / 10);
    }

    @Test
    void aFewReadsAreReportedHoweverLongTheyPause() {
        nextWindow();
        readAll(0, 60);
        for (int i = 0; i < TICKS_PER_WINDOW - 2; i++) {
            channel.tick();
        }
        readAll(60, 61);
        assertThat(reported()).contains(hash(60));
    }
}
