package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.LeakWatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Replies are kept up to a size, and followed to their end beyond it. */
final class ReplyFramesTest {
    private static final int LIMIT = 1_000;
    private static final int ROUNDS = 300;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    private void add(ReplyFrames frames, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        frames.add(allocator.buffer(Math.max(1, bytes.length)).writeBytes(bytes), allocator);
    }

    private static String bulk(int length) {
        return "$" + length + "\r\n" + "x".repeat(length) + "\r\n";
    }

    private static String reply(Random random) {
        int size = random.nextInt(4) == 0 ? random.nextInt(5 * LIMIT) : random.nextInt(50);
        return switch (random.nextInt(6)) {
            case 0 -> "+" + "x".repeat(size) + "\r\n";
            case 1 -> "*3\r\n" + bulk(size) + "*-1\r\n%1\r\n:1\r\n" + bulk(random.nextInt(LIMIT));
            case 2 -> "*" + size + "\r\n" + ":7\r\n".repeat(size);
            case 3 -> "|1\r\n+a\r\n" + bulk(size) + ":1\r\n";
            case 4 -> ">2\r\n+m\r\n" + bulk(random.nextInt(50));
            default -> bulk(size);
        };
    }

    @AfterAll
    static void losesNoBuffer() {
        LeakWatch.check();
    }

    @Test
    void findsTheSameRepliesHoweverTheyAreCutAndKeepsNoLargeOnes() throws ProtocolException {
        long seed = new Random().nextLong();
        System.out.println("ReplyFramesTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            List<String> expected = new ArrayList<>();
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                String reply = reply(random);
                all.append(reply);
                expected.add(reply.length() > LIMIT ? "large " + reply.length() : reply);
            }
            ReplyFrames frames = new ReplyFrames(LIMIT);
            List<String> found = new ArrayList<>();
            for (int at = 0; at < all.length(); ) {
                int piece = Math.min(all.length() - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 700));
                add(frames, all.substring(at, at + piece));
                at += piece;
                while (frames.next()) {
                    ByteBuf frame = frames.frame();
                    found.add(frames.isTooLarge() ? "large " + frames.length() : frame.toString(ISO_8859_1));
                    assertThat(frames.isMessage()).isEqualTo(found.getLast().startsWith(">"));
                }
                frames.releaseIfEmpty();
                // A line of up to five times the limit is kept until it ends.
                assertThat(allocator.metric().usedHeapMemory()).isLessThan(7L * LIMIT);
            }
            assertThat(found).isEqualTo(expected);
            assertThat(frames.isAmidReply()).isFalse();
            assertThat(allocator.metric().usedHeapMemory()).isZero();
        }
    }

    @Test
    void keepsNothingWhereNothingIsWanted() throws ProtocolException {
        ReplyFrames frames = new ReplyFrames(0);
        String reply = "*2\r\n" + bulk(3 * LIMIT) + "*1\r\n:1\r\n";
        for (int i = 0; i < reply.length() - 1; i++) {
            add(frames, reply.substring(i, i + 1));
            assertThat(frames.next()).isFalse();
            frames.releaseIfEmpty();
        }
        add(frames, "\n");
        assertThat(frames.next()).isTrue();
        assertThat(frames.length()).isEqualTo(reply.length());
        frames.releaseIfEmpty();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void losesNoMessage() {
        ReplyFrames frames = new ReplyFrames(LIMIT);
        add(frames, ">2\r\n$10\r\ninvalidate\r\n*1\r\n$5000\r\n");
        assertThatThrownBy(frames::next).isInstanceOf(ProtocolException.class);
        frames.close();
    }

    @Test
    void noticesALargeStringThatDoesNotEnd() throws ProtocolException {
        ReplyFrames frames = new ReplyFrames(LIMIT);
        add(frames, "$5000\r\n" + "x".repeat(4_999));
        assertThat(frames.next()).isFalse();
        frames.releaseIfEmpty();
        add(frames, "xxxx\r\n");
        assertThatThrownBy(frames::next).isInstanceOf(ProtocolException.class);
        frames.close();
    }
}
