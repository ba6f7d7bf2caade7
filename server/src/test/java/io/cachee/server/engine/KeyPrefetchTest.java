package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.RequestDecoder;
import io.cachee.resp.RequestsAhead;
import io.cachee.resp.RespLimits;
import io.cachee.store.KeyBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class KeyPrefetchTest {
    private static final int KEYS_OF_A_BATCH = 64;

    private final KeyPrefetch keysAhead = new KeyPrefetch();
    private final RequestsAhead requests = new RequestsAhead();

    private static String request(String... arguments) {
        StringBuilder text = new StringBuilder("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            text.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return text.toString();
    }

    private KeyBatch find(byte[] bytes, int from) {
        RequestDecoder decoder = new RequestDecoder(new RespLimits(RespLimits.MAX_ARGUMENTS, 1 << 20), false);
        decoder.moved(from);
        decoder.lookAhead(requests, bytes, bytes.length);
        return keysAhead.find(requests);
    }

    private List<String> keys(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        KeyBatch found = find(bytes, 0);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < found.count(); i++) {
            keys.add(new String(bytes, found.start(i), found.end(i) - found.start(i), ISO_8859_1));
        }
        return keys;
    }

    @Test
    void areTheFirstArgumentsOfRequests() {
        assertThat(keys(request("GET", "a") + request("SET", "bb", "value", "EX", "5") + request("incr", "")))
                .containsExactly("a", "bb", "");
    }

    @Test
    void areAllArgumentsOfAnMget() {
        assertThat(keys(request("mGet", "a", "b", "c") + request("MSET", "d", "1", "e", "2")))
                .containsExactly("a", "b", "c", "d");
    }

    @Test
    void areToBeWrittenIfThatIsWhatTheRequestIsFor() {
        byte[] bytes = (request("GET", "a")
                        + request("SET", "b", "value")
                        + request("setex", "c", "1", "value")
                        + request("SET", "d")
                        + request("STRLEN", "e"))
                .getBytes(ISO_8859_1);
        KeyBatch found = find(bytes, 0);
        assertThat(found.count()).isEqualTo(5);
        assertThat(IntStream.range(0, 5).filter(found::isWritten)).containsExactly(1, 2);
    }

    @Test
    void areNotLookedForBehindWhatIsIncomplete() {
        String whole = request("GET", "a") + request("SET", "b", "value");

        for (int cut = 0; cut < whole.length(); cut++) {
            List<String> found = keys(whole.substring(0, cut));
            assertThat(found).isSubsetOf("a", "b");
        }
        assertThat(keys(whole)).containsExactly("a", "b");
        assertThat(keys(request("GET", "a") + "PING\r\n" + request("GET", "b"))).containsExactly("a");
    }

    @Test
    void areAtMostSoMany() {
        String many = request("GET", "k").repeat(1_000);

        assertThat(keys(many)).hasSize(KEYS_OF_A_BATCH);
        assertThat(keys(request(("MGET" + " k".repeat(1_000)).split(" ")))).hasSize(KEYS_OF_A_BATCH);
    }

    @Test
    void ofARequestOfPairsAreNoMoreThanTheFirst() {
        String[] arguments = "k v ".repeat(500).split(" ");
        arguments[0] = "MSET";

        assertThat(keys(request(arguments) + request("GET", "a"))).containsExactly("v", "a");
    }

    @Test
    void canBeLookedForInAnything() {
        Random random = new Random(1);
        String sane = request("GET", "a") + request("SET", "b", "value") + request("MGET", "a", "b", "c");
        for (int round = 0; round < 20_000; round++) {
            char[] mutated = sane.toCharArray();
            for (int i = random.nextInt(4); i >= 0; i--) {
                String signs = "*$0123456789\r\n-x";
                mutated[random.nextInt(mutated.length)] = signs.charAt(random.nextInt(signs.length()));
            }
            byte[] bytes = new String(mutated).getBytes(ISO_8859_1);
            KeyBatch found = find(bytes, random.nextInt(bytes.length));
            for (int i = 0; i < found.count(); i++) {
                assertThat(found.start(i)).isBetween(0, found.end(i));
                assertThat(found.end(i)).isLessThan(bytes.length);
            }
        }
    }
}
