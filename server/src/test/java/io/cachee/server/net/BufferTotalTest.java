package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BufferTotalTest {
    private final BufferTotal total = new BufferTotal(10, 20, List.of(), _ -> 0);

    @Test
    void whatOneHasReservedNobodyElseGets() {
        assertThat(total.reserve(15)).isTrue();
        assertThat(total.reserve(6)).isFalse();
        assertThat(total.reserve(5)).isTrue();
    }

    @Test
    void whatWasReservedIsTakenOrGivenBack() {
        assertThat(total.reserve(15)).isTrue();
        assertThat(total.add(4, 15)).isFalse();
        assertThat(total.reserve(17)).isFalse();
        assertThat(total.reserve(16)).isTrue();
        assertThat(total.add(16, 16)).as("all hold too much").isTrue();
        assertThat(total.add(-20, 0)).isFalse();
        assertThat(total.reserve(20)).isTrue();
    }
}
