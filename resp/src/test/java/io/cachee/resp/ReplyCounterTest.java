package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ReplyCounterTest {
    private static final String REPLIES =
            "+OK\r\n$5\r\nab\r\nc\r\n$-1\r\n:12\r\n$0\r\n\r\n-ERR no\r\n_\r\n+\r\n$3\r\n-+$\r\n";
    private static final int COUNT = 9;

    private static int count(ReplyCounter counter, String bytes) {
        return counter.count(Unpooled.copiedBuffer(bytes, ISO_8859_1));
    }

    @Test
    void countsRepliesAndErrors() {
        ReplyCounter counter = new ReplyCounter();
        assertThat(count(counter, REPLIES.repeat(3))).isEqualTo(3 * COUNT);
        assertThat(counter.errors()).isEqualTo(3);
    }

    @Test
    void countsTheSameWhereverRepliesAreCut() {
        for (int first = 0; first <= REPLIES.length(); first++) {
            for (int second = first; second <= REPLIES.length(); second++) {
                ReplyCounter counter = new ReplyCounter();
                int replies = count(counter, REPLIES.substring(0, first))
                        + count(counter, REPLIES.substring(first, second))
                        + count(counter, REPLIES.substring(second));
                assertThat(replies).as("cut at %d and %d", first, second).isEqualTo(COUNT);
                assertThat(counter.errors()).isEqualTo(1);
            }
        }
    }

    @Test
    void countsTheSameByteByByte() {
        ReplyCounter counter = new ReplyCounter();
        int replies = 0;
        for (int i = 0; i < REPLIES.length(); i++) {
            replies += count(counter, REPLIES.substring(i, i + 1));
        }
        assertThat(replies).isEqualTo(COUNT);
    }
}
