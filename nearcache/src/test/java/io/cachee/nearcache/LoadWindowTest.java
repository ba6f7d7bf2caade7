package io.cachee.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoadWindowTest {
    private final LoadWindow window = new LoadWindow(100);

    private int enterAll() {
        int entered = 0;
        while (window.tryEnter()) {
            entered++;
        }
        return entered;
    }

    @Test
    void beginsLargeInANewSidecar() {
        LoadWindow large = new LoadWindow(1_000);
        assertThat(large.size()).isEqualTo(256);
        assertThat(window.size()).isEqualTo(100);
    }

    @Test
    void growsWithEachLoadThatSucceedsUpToItsLimit() {
        window.restart();
        assertThat(enterAll()).isEqualTo(16);
        window.left(true);
        assertThat(enterAll()).isEqualTo(2);
        for (int i = 0; i < 1_000; i++) {
            window.left(true);
            enterAll();
        }
        assertThat(window.inFlight()).isEqualTo(100);
    }

    @Test
    void shrinksWithFailuresAndBeginsSmallAfterAnOutage() {
        for (int i = 0; i < 200; i++) {
            enterAll();
            window.left(true);
        }
        assertThat(window.size()).isEqualTo(100);
        window.left(false);
        assertThat(window.size()).isEqualTo(50);
        window.restart();
        assertThat(window.size()).isEqualTo(16);
    }
}
