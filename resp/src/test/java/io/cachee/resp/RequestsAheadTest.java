package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestsAheadTest {
    private static final String GET = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
    private static final String EMPTY = "*2\r\n$3\r\nGET\r\n$0\r\n\r\n";
    private static final String LONG = "*2\r\n$3\r\nGET\r\n$12\r\nabcdefghijkl\r\n";
    private static final int AT_ONCE = 64;

    private final RequestsAhead ahead = new RequestsAhead();

    private List<String> find(String input, RespLimits limits, boolean stranger) {
        byte[] bytes = input.getBytes(ISO_8859_1);
        new RequestDecoder(limits, stranger).lookAhead(ahead, bytes, bytes.length);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < ahead.count(); i++) {
            Request request = ahead.get(i);
            List<String> arguments = new ArrayList<>();
            for (int argument = 0; argument < request.count(); argument++) {
                arguments.add(request.latin(argument));
            }
            found.add(String.join(" ", arguments));
        }
        return found;
    }

    private List<String> find(String input) {
        return find(input, DecodedInput.LIMITS, false);
    }

    @Test
    void areAllThatAreCompleteAndPlain() {
        assertThat(find(GET + LONG + EMPTY)).containsExactly("GET a", "GET abcdefghijkl", "GET ");
        assertThat(find("*10\r\n" + "$1\r\nx\r\n".repeat(10) + GET)).containsExactly("x x x x x x x x x x", "GET a");
        assertThat(find("*0\r\n" + GET)).isEmpty();
    }

    @Test
    void endWhereTheDecoderHasToJudge() {
        for (String other : List.of(
                "PING\r\n",
                "*2\r\n$3\r\nGET\r\n$1\r\na",
                "*2\r\n$3\r\nGET\r\n$1\r\naxx",
                "*2\r\n$3\r\nGET\r\n$01\r\na\r\n",
                "*02\r\n$3\r\nGET\r\n$1\r\na\r\n",
                "*2\r\n$3\r\nGET\r\n$-1\r\n",
                "*2\r\n$3\r\nGET\r\n:1\r\n",
                "*2\r\n$3\r\nGET\r\n$99999999\r\n",
                "*2\r\n$3\r\nGET\r\n$999999999999\r\n",
                "*-1\r\n",
                "*\r\n",
                "*2\n",
                "*")) {
            assertThat(find(GET + other + GET)).as(other).containsExactly("GET a");
        }
    }

    @Test
    void keepToTheLimits() {
        assertThat(find(GET + LONG, new RespLimits(2, 11), false)).containsExactly("GET a");
        assertThat(find(GET + LONG, new RespLimits(1, 12), false)).isEmpty();
        assertThat(find(GET + LONG, DecodedInput.LIMITS, true)).isEmpty();
    }

    @Test
    void areSoManyAtOnceAndTakenOneByOne() throws ProtocolException {
        byte[] bytes = LONG.repeat(AT_ONCE + 2).getBytes(ISO_8859_1);
        RequestDecoder decoder = new RequestDecoder(DecodedInput.LIMITS, false);
        decoder.lookAhead(ahead, bytes, bytes.length);
        assertThat(ahead.count()).isEqualTo(AT_ONCE);
        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(ahead.isEmpty()).isFalse();
            assertThat(decoder.next(ahead, bytes, bytes.length)).isTrue();
            assertThat(decoder.frameStart()).isEqualTo((i + 1) * LONG.length());
            assertThat(decoder.request().copy().latin(1)).isEqualTo("abcdefghijkl");
        }
        assertThat(ahead.isEmpty()).isTrue();
        decoder.lookAhead(ahead, bytes, bytes.length);
        assertThat(ahead.count()).isEqualTo(2);
    }

    @Test
    void tellWhetherTheNextHasTheSameName() throws ProtocolException {
        byte[] bytes = (GET + LONG + "*1\r\n$3\r\nget\r\n" + "*1\r\n$4\r\nPING\r\n" + "PING\r\n").getBytes(ISO_8859_1);
        RequestDecoder decoder = new RequestDecoder(DecodedInput.LIMITS, false);
        decoder.lookAhead(ahead, bytes, bytes.length);
        List<Boolean> same = new ArrayList<>();
        while (decoder.next(ahead, bytes, bytes.length)) {
            same.add(ahead.hasOneNamedLike(decoder.request().copy()));
        }
        assertThat(same).containsExactly(true, false, false, false, false);
        assertThat(ahead.hasOneNamedLike(Request.of("GET".getBytes(ISO_8859_1))))
                .isFalse();
    }

    @Test
    void withMoreArgumentsThanThereIsRoomForAreLeft() {
        String large = "*1020\r\n" + "$1\r\nx\r\n".repeat(1_020);
        assertThat(find(GET + large + GET + GET)).hasSize(3);
        assertThat(find(GET + large + large)).hasSize(2);
    }

    @Test
    void areNotLookedForAmidARequest() throws ProtocolException {
        byte[] bytes = (GET + GET).getBytes(ISO_8859_1);
        RequestDecoder decoder = new RequestDecoder(DecodedInput.LIMITS, false);
        assertThat(decoder.next(bytes, 6)).isFalse();
        decoder.lookAhead(ahead, bytes, bytes.length);
        assertThat(ahead.isEmpty()).isTrue();
        assertThat(decoder.next(ahead, bytes, bytes.length)).isTrue();
        assertThat(decoder.request().latin(1)).isEqualTo("a");
    }
}
