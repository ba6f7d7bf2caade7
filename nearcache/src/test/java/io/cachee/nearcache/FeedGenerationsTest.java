package io.cachee.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FeedGenerationsTest {
    private final FeedGenerations generations = new FeedGenerations();

    @Test
    void endsAGenerationWithItsFeed() {
        generations.began("a", 1, 100);
        generations.began("b", 2, 100);
        generations.ended("a", 200);
        assertThat(generations.ended().endOf(1)).isEqualTo(200);
        assertThat(generations.ended().endOf(2)).isNegative();
    }

    @Test
    void endsAGenerationWhenItsNodeBeginsAnother() {
        generations.began("a", 1, 100);
        generations.began("a", 2, 300);
        assertThat(generations.ended().endOf(1)).isEqualTo(300);
        assertThat(generations.ended().endOf(2)).isNegative();
    }

    @Test
    void remembersThatAFeedWasLost() {
        assertThat(generations.began("a", 1, 100)).isFalse();
        generations.ended("a", 200);
        assertThat(generations.began("b", 2, 300)).isTrue();
    }

    @Test
    void forgetsTheOldestEnds() {
        for (int i = 1; i <= 300; i++) {
            generations.began("a", i, i);
        }
        assertThat(generations.ended().endOf(1)).isNegative();
        assertThat(generations.ended().endOf(299)).isEqualTo(300);
    }
}
