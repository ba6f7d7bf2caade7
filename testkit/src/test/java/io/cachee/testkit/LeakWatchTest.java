package io.cachee.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/** That lost buffers are noticed at all. */
final class LeakWatchTest {
    @Test
    void noticesABufferThatNobodyHasReleased() throws Exception {
        LeakWatch.check();
        lose();
        Await.until("it is noticed", () -> {
            try {
                LeakWatch.check();
                return false;
            } catch (AssertionError noticed) {
                assertThat(noticed).hasMessageContaining("ByteBuf");
                return true;
            }
        });
    }

    private static void lose() {
        assertThat(PooledByteBufAllocator.DEFAULT.directBuffer(64).writableBytes())
                .isEqualTo(64);
    }
}
