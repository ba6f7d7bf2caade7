package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replies of both versions of the protocol, element by element and as trees. */
final class ReplyReaderTest {
    private static final String ATTRIBUTE = "|1\r\n+popularity\r\n*2\r\n:1\r\n$1\r\na\r\n";

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
    }

    private static Reply tree(String text) {
        return Reply.of(bytes(text));
    }

    @Test
    void tellsErrorsPushesAndNullsApart() {
        assertThat(ReplyReader.isError(bytes("-ERR no\r\n"))).isTrue();
        assertThat(ReplyReader.isError(bytes("!6\r\nERR no\r\n"))).isTrue();
        assertThat(ReplyReader.isError(bytes("+OK\r\n"))).isFalse();
        assertThat(ReplyReader.isPush(bytes(">1\r\n+a\r\n"))).isTrue();
        for (String nothing : List.of("$-1\r\n", "*-1\r\n", "_\r\n")) {
            assertThat(ReplyReader.isNull(bytes(nothing))).isTrue();
        }
        assertThat(ReplyReader.isNull(bytes("$0\r\n\r\n"))).isFalse();
        assertThat(ReplyReader.isNull(bytes("+OK\r\n"))).isFalse();
    }

    @Test
    void readsNumbersAndTexts() {
        assertThat(ReplyReader.integer(bytes(":-12\r\n"))).isEqualTo(-12);
        assertThat(ReplyReader.integer(bytes(":9223372036854775807\r\n"))).isEqualTo(Long.MAX_VALUE);
        assertThat(ReplyReader.integer(bytes("+12\r\n"))).isEqualTo(Long.MIN_VALUE);
        assertThat(ReplyReader.text(bytes("-ERR no\r\n"))).isEqualTo("ERR no");
        assertThat(ReplyReader.text(bytes("$4\r\na\r\nb\r\n"))).isEqualTo("a\r\nb");
        assertThat(ReplyReader.text(bytes("$-1\r\n"))).isEmpty();
        assertThat(ReplyReader.text(bytes("*1\r\n+a\r\n"))).isEmpty();
    }

    @Test
    void leavesRoomBehindAString() {
        ReplyReader reader = new ReplyReader(bytes("$2\r\nab\r\n$-1\r\n"));
        reader.next();
        assertThat(reader.bytes(2)).containsExactly('a', 'b', 0, 0);
        reader.next();
        assertThat(reader.bytes(2)).isNull();
        assertThat(reader.hasNext()).isFalse();
    }

    @Test
    void passesWhatIsNested() {
        List<String> elements = List.of(
                "+OK\r\n",
                "$3\r\na\r\n\r\n",
                "$-1\r\n",
                "*-1\r\n",
                "_\r\n",
                "*0\r\n",
                "*2\r\n*2\r\n:1\r\n$1\r\na\r\n*1\r\n*0\r\n",
                "%2\r\n+a\r\n~1\r\n:1\r\n+b\r\n_\r\n",
                "*2\r\n" + ATTRIBUTE + "+a\r\n:1\r\n",
                ATTRIBUTE + "*1\r\n" + ATTRIBUTE + "$1\r\nb\r\n");
        ReplyReader reader = new ReplyReader(bytes(String.join("", elements)));
        int end = 0;
        for (String element : elements) {
            reader.next();
            reader.skip();
            end += element.length();
            assertThat(reader.position()).as(element).isEqualTo(end);
        }
        assertThat(reader.hasNext()).isFalse();
        assertThat(Reply.allOf(bytes(String.join("", elements)))).hasSize(elements.size());
    }

    @Test
    void makesTreesOfReplies() {
        Reply map = tree("%2\r\n$1\r\na\r\n*2\r\n:1\r\n_\r\n+b\r\n" + ATTRIBUTE + "$-1\r\n");
        assertThat(map.isAggregate()).isTrue();
        assertThat(map.items()).hasSize(4);
        assertThat(map.items().get(0).text()).isEqualTo("a");
        assertThat(map.items().get(1).items().get(0).number()).isEqualTo(1);
        assertThat(map.items().get(1).items().get(0).isInteger()).isTrue();
        assertThat(map.items().get(1).items().get(1).bytes()).isNull();
        assertThat(map.items().get(3).text()).isEmpty();
        assertThat(map.strings()).containsExactly(new byte[] {'a'}, new byte[] {'b'});
        assertThat(tree("*-1\r\n").items()).isEmpty();
        assertThat(tree("!3\r\nERR\r\n").isError()).isTrue();
        assertThat(tree("$-1\r\n").isAggregate()).isFalse();
    }

    @Test
    void leavesTheBufferAsItIs() {
        ByteBuf frame = bytes("xx:1\r\n");
        frame.skipBytes(2);
        assertThat(ReplyReader.integer(frame)).isEqualTo(1);
        assertThat(Reply.of(frame).number()).isEqualTo(1);
        assertThat(frame.readerIndex()).isEqualTo(2);
    }
}
