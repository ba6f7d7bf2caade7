package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.LeakWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A reply is the same whether it is made at once, by a writer, or apart from it. */
final class ReplyEncoderTest {
    private static String text(ByteBuf encoded) {
        try {
            return encoded.toString(ISO_8859_1);
        } finally {
            encoded.release();
        }
    }

    @AfterAll
    static void losesNoBuffer() {
        LeakWatch.check();
    }

    @Test
    void makesRepliesOfTheirOwn() {
        assertThat(text(ReplyEncoder.ok())).isEqualTo("+OK\r\n");
        assertThat(text(ReplyEncoder.error("ERR a\r\nb"))).isEqualTo("-ERR a  b\r\n");
        assertThat(text(ReplyEncoder.integer(-7))).isEqualTo(":-7\r\n");
        assertThat(text(ReplyEncoder.nothing(false))).isEqualTo("$-1\r\n");
        assertThat(text(ReplyEncoder.nothing(true))).isEqualTo("_\r\n");
        assertThat(text(ReplyEncoder.bulk(new byte[] {'a', 'b', 'c'}, 2))).isEqualTo("$2\r\nab\r\n");
    }

    @Test
    void writesElementsOfAnArray() {
        ByteBuf out = Unpooled.buffer();
        ReplyEncoder.writeArray(out, 2);
        ReplyEncoder.writeBulk(out, new byte[12], 12);
        ReplyEncoder.writeNothing(out, false);
        assertThat(text(out)).isEqualTo("*2\r\n$12\r\n" + "\0".repeat(12) + "\r\n$-1\r\n");
    }

    @Test
    void writesEveryNumberAsItIs() {
        long[] numbers = {
            0, 1, 9, 10, 11, 99, 100, 1_000_000_000_000L, -1, -9, -10, -99, -100, Long.MAX_VALUE, Long.MIN_VALUE
        };
        ReplyWriter writer = new ReplyWriter(UnpooledByteBufAllocator.DEFAULT);
        StringBuilder written = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        writer.begin(full -> written.append(text(full)), false);
        for (long number : numbers) {
            writer.integer(number);
            expected.append(':').append(number).append("\r\n");
        }
        writer.end();
        writer.close();
        assertThat(written).hasToString(expected.toString());
    }
}
