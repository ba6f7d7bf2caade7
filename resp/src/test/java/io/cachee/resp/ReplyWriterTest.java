package io.cachee.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.LeakWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replies of one client never reach another, and half a reply is never followed by an error. */
final class ReplyWriterTest {
    private final StringBuilder sent = new StringBuilder();
    private final ReplyWriter reply = new ReplyWriter(UnpooledByteBufAllocator.DEFAULT);

    private void take(ByteBuf full) {
        sent.append(full.toString(UTF_8));
        full.release();
    }

    @AfterEach
    void close() {
        reply.close();
    }

    @AfterAll
    static void losesNoBuffer() {
        LeakWatch.check();
    }

    @Test
    void dropsWhatAnUnfinishedBatchOfAnotherClientHasLeft() {
        reply.begin(this::take, false);
        reply.bulk("secret");
        reply.begin(this::take, false);
        reply.ok();
        reply.end();
        assertThat(sent).hasToString("+OK\r\n");
    }

    @Test
    void takesBackAReplyThatCameToNothing() {
        reply.begin(this::take, false);
        reply.ok();
        long mark = reply.mark();
        reply.array(3);
        reply.bulk("one");
        assertThat(reply.rollBack(mark)).isTrue();
        reply.error("ERR no");
        reply.end();
        assertThat(sent).hasToString("+OK\r\n-ERR no\r\n");
    }

    @Test
    void cannotTakeBackWhatIsOnItsWay() {
        reply.begin(this::take, false);
        long mark = reply.mark();
        reply.bulk("x".repeat(100_000));
        reply.bulk("x".repeat(100_000));
        assertThat(reply.rollBack(mark)).isFalse();
    }

    @Test
    void dropsWhatIsMuted() {
        reply.begin(this::take, true);
        reply.mute();
        reply.bulk("x".repeat(200_000));
        reply.unmute();
        reply.integer(1);
        reply.end();
        assertThat(sent).hasToString(":1\r\n");
    }
}
