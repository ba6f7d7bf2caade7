package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.LeakWatch;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is encoded is what the decoder takes for the same request, small and large. */
final class RequestEncoderTest {
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
    void writesEachArgumentWithItsLength() {
        String expected = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n";
        byte[][] arguments = {{'S', 'E', 'T'}, {'k'}, {}};
        assertThat(text(RequestEncoder.encode("SET", "k", ""))).isEqualTo(expected);
        assertThat(text(RequestEncoder.encode(arguments))).isEqualTo(expected);
        assertThat(text(RequestEncoder.encode(Request.of(arguments)))).isEqualTo(expected);
        assertThat(new String(RequestEncoder.bytes("SET", "k", ""), ISO_8859_1)).isEqualTo(expected);
        assertThat(text(RequestEncoder.encode("ECHO", "\u00fc")))
                .isEqualTo("*2\r\n$4\r\nECHO\r\n$2\r\n\u00c3\u00bc\r\n");
    }

    @Test
    void writesTheSameInAnArrayAndInABuffer() {
        for (int length : new int[] {9, 10, 99, 100, 999, 1_000, 16_000, 20_000, 100_000}) {
            byte[] value = "v".repeat(length).getBytes(ISO_8859_1);
            byte[][] arguments = new byte[12][];
            java.util.Arrays.fill(arguments, value);
            String argument = "$" + length + "\r\n" + "v".repeat(length) + "\r\n";
            String expected = "*12\r\n" + argument.repeat(12);
            assertThat(text(RequestEncoder.encode(arguments))).isEqualTo(expected);
            assertThat(text(RequestEncoder.encode(Request.of(arguments)))).isEqualTo(expected);
            assertThat(RequestEncoder.bytes(arguments)).isEqualTo(expected.getBytes(ISO_8859_1));
        }
    }
}
