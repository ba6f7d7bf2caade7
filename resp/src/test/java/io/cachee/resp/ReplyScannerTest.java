package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.LeakWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyScannerTest {
    private static final String CRLF = "\r\n";

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
    }

    private static List<String> scanAll(ReplyScanner scanner, ByteBuf in) throws ProtocolException {
        List<String> found = new ArrayList<>();
        while (in.isReadable()) {
            int length = scanner.scan(in);
            if (length == ReplyScanner.INCOMPLETE) {
                return found;
            }
            found.add(scanner.type() + " " + in.readSlice(length).toString(ISO_8859_1));
        }
        return found;
    }

    @AfterAll
    static void losesNoBuffer() {
        LeakWatch.check();
    }

    @Test
    void findsEveryTypeOfReply() throws ProtocolException {
        List<String> replies = List.of(
                "+OK\r\n",
                "-ERR no\r\n",
                ":-12\r\n",
                "$0\r\n\r\n",
                "$3\r\na\r\n\r\n",
                "$-1\r\n",
                "*-1\r\n",
                "*0\r\n",
                "_\r\n",
                ",1.5\r\n",
                ",-inf\r\n",
                "#t\r\n",
                "!3\r\nERR\r\n",
                "=5\r\ntxt:a\r\n",
                "(12345678901234567890\r\n",
                "%1\r\n+a\r\n*2\r\n:1\r\n_\r\n",
                "~2\r\n+a\r\n+b\r\n",
                ">2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n",
                "*2\r\n*1\r\n*1\r\n*0\r\n%0\r\n");
        for (String reply : replies) {
            assertThat(scanAll(new ReplyScanner(), bytes(reply))).containsExactly(reply.charAt(0) + " " + reply);
        }
        assertThat(scanAll(new ReplyScanner(), bytes(String.join("", replies)))).hasSize(replies.size());
    }

    @Test
    void takesAttributesAsPartOfWhatFollows() throws ProtocolException {
        String attribute = "|1\r\n+ttl\r\n:1\r\n";
        for (String reply : List.of(
                attribute + "+OK\r\n",
                attribute + attribute + "*1\r\n:1\r\n",
                "|0\r\n$1\r\na\r\n",
                attribute + ">1\r\n+x\r\n")) {
            char type = reply.replace(attribute, "").replace("|0\r\n", "").charAt(0);
            assertThat(scanAll(new ReplyScanner(), bytes(reply + "+next\r\n")))
                    .containsExactly(type + " " + reply, "+ +next\r\n");
        }
        String within = "*2\r\n" + attribute + ":1\r\n:2\r\n";
        assertThat(scanAll(new ReplyScanner(), bytes(within))).containsExactly("* " + within);
    }

    @Test
    void findsTheSameHoweverRepliesAreCut() throws ProtocolException {
        long seed = new Random().nextLong();
        System.out.println("ReplyScannerTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            int count = 1 + random.nextInt(3);
            for (int j = 0; j < count; j++) {
                append(text, random, 0);
            }
            String whole = text.toString();
            List<String> expected = scanAll(new ReplyScanner(), bytes(whole));
            assertThat(expected).hasSize(count);
            for (int cut = 1; cut < whole.length(); cut++) {
                assertThat(scanInPieces(whole, List.of(cut))).isEqualTo(expected);
            }
            List<Integer> everyByte = new ArrayList<>();
            for (int cut = 1; cut < whole.length(); cut++) {
                everyByte.add(cut);
            }
            assertThat(scanInPieces(whole, everyByte)).isEqualTo(expected);
        }
    }

    private static List<String> scanInPieces(String whole, List<Integer> cuts) throws ProtocolException {
        ReplyScanner scanner = new ReplyScanner();
        ByteBuf in = Unpooled.buffer();
        List<String> found = new ArrayList<>();
        int from = 0;
        for (int cut : cuts) {
            in.writeBytes(bytes(whole.substring(from, cut)));
            from = cut;
            found.addAll(scanAll(scanner, in));
        }
        in.writeBytes(bytes(whole.substring(from)));
        found.addAll(scanAll(scanner, in));
        return found;
    }

    private static void append(StringBuilder out, Random random, int depth) {
        int kind = random.nextInt(depth < 4 ? 10 : 6);
        switch (kind) {
            case 0 -> out.append("+OK\r\n");
            case 1 -> out.append(':').append(random.nextInt()).append(CRLF);
            case 2, 3 -> {
                int length = random.nextInt(20);
                out.append(random.nextBoolean() ? '$' : '=').append(length).append(CRLF);
                for (int i = 0; i < length; i++) {
                    out.append("\r\n$*|>a".charAt(random.nextInt(7)));
                }
                out.append(CRLF);
            }
            case 4 -> out.append("$-1\r\n");
            case 5 -> out.append("_\r\n");
            default -> {
                char type = "*%~|".charAt(kind - 6);
                int length = random.nextInt(4);
                out.append(type).append(length).append(CRLF);
                int elements = type == '%' || type == '|' ? 2 * length : length;
                for (int i = 0; i < elements + (type == '|' ? 1 : 0); i++) {
                    append(out, random, depth + 1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "\r\n",
                "$a\r\n",
                "$-2\r\n",
                "$?\r\n",
                "$\r\n",
                "$99999999999\r\n",
                "*9999999999\r\n",
                "$536870913\r\n",
                "+a\n",
                "$1\r\nabc",
                "*1\r\n>1\r\n",
                "*1\r\nx"
            })
    void refusesWhatIsNoReply(String text) {
        assertThatThrownBy(() -> new ReplyScanner().scan(bytes(text))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void refusesWhatIsTooDeepOrTooLong() {
        String deep = "*1\r\n".repeat(ReplyScanner.DEPTH_MAX + 1);
        assertThatThrownBy(() -> new ReplyScanner().scan(bytes(deep))).hasMessageContaining("deeper");
        String line = "+" + "a".repeat(ReplyScanner.LINE_MAX + 1);
        assertThatThrownBy(() -> new ReplyScanner().scan(bytes(line))).hasMessageContaining("a line");
    }
}
