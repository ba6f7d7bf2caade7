package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoadFencesTest {
    private static final byte[] KEY = "user:1".getBytes(UTF_8);
    private static final byte[] OTHER = "user:2".getBytes(UTF_8);

    private final LoadFences fences = new LoadFences();

    @Test
    void movesTheFenceOfAKeyThatIsForgotten() {
        long before = fences.of(KEY);
        fences.move(OTHER);
        assertThat(fences.of(KEY)).isEqualTo(before);
        fences.move(KEY);
        assertThat(fences.of(KEY)).isNotEqualTo(before);
    }

    @Test
    void movesEveryFenceWhenAllIsForgotten() {
        long before = fences.of(KEY);
        fences.moveAll();
        assertThat(fences.of(KEY)).isNotEqualTo(before);
    }
}
