package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangeEventTest {
    private static Reply reply(String frame) {
        ByteBuf buffer = Unpooled.copiedBuffer(frame, UTF_8);
        try {
            return Reply.of(buffer);
        } finally {
            buffer.release();
        }
    }

    private static String array(String... items) {
        return "*" + items.length + "\r\n" + String.join("", items);
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static String entry(String id, String... fields) {
        String[] texts = List.of(fields).stream().map(ChangeEventTest::bulk).toArray(String[]::new);
        return array(bulk(id), array(texts));
    }

    private static ChangeEvent event(String... fields) {
        return ChangeEvent.ofEntries(reply(array(entry("1-0", fields)))).getFirst();
    }

    private static List<String> outdated(ChangeEvent event) {
        return event.outdated().stream()
                .map(one -> one.scope() + " " + new String(one.name(), UTF_8))
                .toList();
    }

    @Test
    void namesKeysPrefixesAndKeyspaces() {
        ChangeEvent event = event("key", "user:1", "prefix", "user:", "keyspace", "product");
        assertThat(event.isUnderstood()).isTrue();
        assertThat(outdated(event)).containsExactly("KEY user:1", "PREFIX user:", "KEYSPACE product");
        assertThat(event).hasToString("1-0");
    }

    @Test
    void appliesWhatItUnderstandsOfAnEventThatHasMore() {
        ChangeEvent event = event("key", "user:1", "table", "users", "prefix", "");
        assertThat(event.isUnderstood()).isFalse();
        assertThat(outdated(event)).containsExactly("KEY user:1");
    }

    @Test
    void doesNotUnderstandAnEventWithoutFields() {
        assertThat(event().isUnderstood()).isFalse();
    }

    @Test
    void readsTheFirstStreamInBothProtocols() {
        String entries = array(entry("1-0", "key", "a"), entry("2-0", "key", "b"));
        List<ChangeEvent> resp2 =
                ChangeEvent.ofFirstStream(reply(array(array(bulk("cachee:events"), entries))));
        List<ChangeEvent> resp3 = ChangeEvent.ofFirstStream(reply("%1\r\n" + bulk("cachee:events") + entries));
        assertThat(resp2).extracting(ChangeEvent::toString).containsExactly("1-0", "2-0");
        assertThat(resp3).extracting(ChangeEvent::toString).containsExactly("1-0", "2-0");
        assertThat(ChangeEvent.ofFirstStream(reply("*-1\r\n"))).isEmpty();
    }
}
