package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests in a stream of bytes: what is one, what is an error, and that it does not matter how they are cut. */
final class RequestDecoderTest {
    private static final int MUTATED_INPUTS = 20_000;

    private static List<String> decode(String input) {
        return DecodedInput.whole(input.getBytes(ISO_8859_1), false);
    }

    private static List<String> decodeOfStranger(String input) {
        return DecodedInput.whole(input.getBytes(ISO_8859_1), true);
    }

    @Test
    void takesRequestsOneAfterTheOther() {
        assertThat(decode("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\nECHO \"a b\"\r\n"))
                .containsExactly("[3:GET, 1:k]", "[4:PING]", "[4:ECHO, 3:a b]");
        assertThat(decode("*2\r\n$4\r\nECHO\r\n$4\r\n\r\n\r\n\r\n")).containsExactly("[4:ECHO, 4:\r\n\r\n]");
        assertThat(decode("*1\r\n$0\r\n\r\n")).containsExactly("[0:]");
    }

    @Test
    void ignoresRequestsOfNothing() {
        assertThat(decode("*-10\r\nPING\r\n")).containsExactly("[4:PING]");
        assertThat(decode("*0\r\nPING\r\n")).containsExactly("[4:PING]");
        assertThat(decode("\r\n\n  \r\nPING\r\n")).containsExactly("[4:PING]");
    }

    @Test
    void refusesCountsThatAreNone() {
        for (String count : List.of("3000000000", "abc", "1048577", "99999999999999999999", "", " 1", "1x", "+1")) {
            assertThat(decode("*" + count + "\r\n"))
                    .as("*" + count)
                    .containsExactly("refused: invalid multibulk length");
        }
    }

    @Test
    void refusesLengthsThatAreNone() {
        for (String length : List.of("-10", "blabla", "1048577", "4294967297", "99999999999999999999", "", "-1")) {
            assertThat(decode("*1\r\n$" + length + "\r\n"))
                    .as("$" + length)
                    .containsExactly("refused: invalid bulk length");
        }
    }

    @Test
    void refusesWhatIsNoString() {
        assertThat(decode("*1\r\nfoo\r\n")).containsExactly("refused: expected '$', got 'f'");
        assertThat(decode("*1\r\n:1\r\n")).containsExactly("refused: expected '$', got ':'");
        assertThat(decode("*1\r\n\u0000")).containsExactly("refused: expected '$', got '?'");
        assertThat(decode("*1\r\n$4\r\nPINGxx")).containsExactly("refused: expected CRLF after bulk string");
    }

    @Test
    void refusesLinesWithoutEnd() {
        String endless = "A".repeat(RespLimits.MAX_LINE_BYTES);
        assertThat(decode("\u0000" + endless)).containsExactly("refused: too big inline request");
        assertThat(decode("*\u0000" + endless)).containsExactly("refused: too big mbulk count string");
        assertThat(decode("*1\r\n$\u0000" + endless)).containsExactly("refused: too big bulk count string");
        assertThat(decode("A".repeat(RespLimits.MAX_LINE_BYTES))).isEmpty();
    }

    @Test
    void refusesQuotesThatDoNotEnd() {
        for (String line : List.of("\"a", "'a", "\"a\"b", "'a'b", "\"a\\\"", "SET k \"", "\"a\"\"b\"")) {
            assertThat(decode(line + "\r\n")).as(line).containsExactly("refused: unbalanced quotes in request");
        }
        assertThat(decode("\"\\x41\\n\\\"\" 'it\\'s' \"\" ''\r\n")).containsExactly("[3:A\n\", 4:it's, 0:, 0:]");
    }

    @Test
    void believesStrangersLess() {
        assertThat(decodeOfStranger("*100\r\n")).containsExactly("refused: unauthenticated multibulk length");
        assertThat(decodeOfStranger("*1\r\n$100000000\r\n")).containsExactly("refused: unauthenticated bulk length");
        assertThat(decodeOfStranger("a b c d e f g h i j k\r\n"))
                .containsExactly("refused: unauthenticated multibulk length");
        assertThat(decodeOfStranger("*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n")).containsExactly("[4:AUTH, 1:p]");
    }

    @Test
    void nestingIsAnErrorAtOnce() {
        assertThat(decode("*1\r\n".repeat(100_000))).containsExactly("refused: expected '$', got '*'");
    }

    /** A million arguments are announced and none is sent: only what has arrived is kept. */
    @Test
    void believesNoCount() throws ProtocolException {
        RequestDecoder decoder = new RequestDecoder(DecodedInput.LIMITS, false);
        byte[] input = "*1048576\r\n$1048576\r\n".getBytes(ISO_8859_1);
        assertThat(decoder.next(input, input.length)).isFalse();
        assertThat(decoder.frameStart()).isZero();
        assertThat(decoder.frameBytesKnown()).isEqualTo(input.length + 1_048_576 + 2);
    }

    @Test
    void everyCutOfTheCorpusDecodesTheSame() {
        for (byte[] input : DecodedInput.corpus()) {
            for (boolean stranger : new boolean[] {false, true}) {
                List<String> whole = DecodedInput.whole(input, stranger);
                assertThat(DecodedInput.inPieces(input, stranger, at -> at + 1))
                        .as(new String(input, ISO_8859_1))
                        .isEqualTo(whole);
                for (int cut = 1; cut < input.length; cut++) {
                    int where = cut;
                    assertThat(DecodedInput.inPieces(input, stranger, at -> at < where ? where : input.length))
                            .as("%s cut at %d", new String(input, ISO_8859_1), cut)
                            .isEqualTo(whole);
                }
            }
        }
    }

    @Test
    void theWholeCorpusInOneStreamDecodesByteByByte() {
        StringBuilder all = new StringBuilder();
        for (byte[] input : DecodedInput.corpus()) {
            List<String> outcome = DecodedInput.whole(input, false);
            boolean right = !outcome.isEmpty() && !outcome.getLast().startsWith("refused");
            String text = new String(input, ISO_8859_1);
            if (right && text.endsWith("\r\n") && !text.contains("1048576")) {
                all.append(text);
            }
        }
        byte[] stream = all.toString().getBytes(ISO_8859_1);
        assertThat(DecodedInput.inPieces(stream, false, at -> at + 1))
                .hasSizeGreaterThan(20)
                .isEqualTo(DecodedInput.whole(stream, false));
    }

    @Test
    void mutatedInputsDecodeTheSameHoweverTheyAreCut() {
        long seed = Long.getLong("cachee.seed", System.nanoTime());
        System.out.println("RequestDecoderTest: seed " + seed + " (-Dcachee.seed=" + seed + ")");
        assertThat(new RequestDecoderFuzz(seed).run(MUTATED_INPUTS)).isBetween(1L, MUTATED_INPUTS - 1L);
    }
}
