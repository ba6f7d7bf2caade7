package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BuffersTest {
    private static final int MIB = 1 << 20;

    private final Buffers buffers = new Buffers(6L * MIB);

    @Test
    void usesLargeArraysAgainTheSmallestThatServes() {
        byte[] large = buffers.take(2 * MIB, 2 * MIB);
        byte[] small = buffers.take(MIB, MIB);
        buffers.giveBack(large);
        buffers.giveBack(small);
        assertThat(buffers.take(500_000, MIB)).isSameAs(small);
        assertThat(buffers.take(500_000, MIB)).isSameAs(large);
        assertThat(buffers.take(500_000, 600_000)).hasSize(600_000);
    }

    @Test
    void keepsSixMegabytesTheLargestOfThem() {
        byte[][] given = new byte[8][];
        for (int i = 0; i < given.length; i++) {
            given[i] = new byte[MIB + i];
        }
        for (byte[] one : given) {
            buffers.giveBack(one);
        }
        buffers.giveBack(new byte[2 * MIB]);
        buffers.giveBack(new byte[7 * MIB]);
        long kept = 0;
        boolean hasLarger = false;
        for (byte[] one = buffers.take(MIB, 17_000); one.length != 17_000; one = buffers.take(MIB, 17_000)) {
            kept += one.length;
            hasLarger |= one.length == 2 * MIB;
        }
        assertThat(kept).isBetween(3L * MIB, 6L * MIB);
        assertThat(hasLarger).isTrue();
    }
}
