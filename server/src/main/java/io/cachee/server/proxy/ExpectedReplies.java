package io.cachee.server.proxy;

import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.Link;
import io.cachee.server.engine.PendingReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The replies that L2 still owes a client over the client's own connection, and what the client listens to there.
 * Confined to the client's event loop.
 *
 * <p>L2 replies in the order of the requests. Most commands get one frame. SUBSCRIBE and its kin get one confirmation
 * for each channel; L2 sends these together, and they become one reply. Messages may come between any two replies, and
 * reach the client between the same two: it never gets a message of a channel before it has subscribed or after it has
 * unsubscribed.
 */
final class ExpectedReplies {
    private static final Set<String> MESSAGES = Set.of("message", "pmessage", "smessage");
    /** L2 also sends this unasked, when a slot of a cluster moves. */
    private static final String UNSUBSCRIBED = "sunsubscribe";

    private static final class Expected {
        final PendingReply place;
        final Consumer<ByteBuf> before;
        final boolean isMonitor;
        /** The word that its confirmations begin with; null for a command that gets one frame. */
        final @Nullable String verb;
        /** The channels that it names; empty if it is about all of them. */
        final List<byte[]> names;

        private final List<ByteBuf> confirmations = new ArrayList<>(0);
        /** How many confirmations are still to come; -1 before the first. */
        private int left = -1;

        Expected(
                PendingReply place,
                Consumer<ByteBuf> before,
                boolean isMonitor,
                @Nullable String verb,
                List<byte[]> names) {
            this.place = place;
            this.before = before;
            this.isMonitor = isMonitor;
            this.verb = verb;
            this.names = names;
        }

        boolean isConfirmedBy(PubSubFrame told) {
            return told.verb.equals(verb) && (names.isEmpty() || told.isAbout(names.get(confirmations.size())));
        }

        void reply(ByteBuf last) {
            if (confirmations.isEmpty()) {
                before.accept(last);
                place.reply(last);
            } else {
                confirmations.add(last);
                place.reply(Unpooled.wrappedBuffer(confirmations.toArray(ByteBuf[]::new)));
                confirmations.clear();
            }
        }

        void release() {
            confirmations.forEach(ByteBuf::release);
            confirmations.clear();
        }
    }

    private final Link link;
    private final Deque<Expected> expected = new ArrayDeque<>();
    /** How many expected replies are confirmations, and how many are replies to MONITOR. */
    private int unconfirmed;

    private int monitorsAwaited;
    /** How many subscriptions L2 has confirmed, by kind. */
    private int channels;

    private int patterns;
    private int shardChannels;
    private boolean monitors;

    ExpectedReplies(Link link) {
        this.link = link;
    }

    boolean isEmpty() {
        return expected.isEmpty();
    }

    /** Whether the client has subscriptions that L2 has confirmed. */
    boolean hasSubscriptions() {
        return channels + patterns + shardChannels > 0;
    }

    /** Whether L2 has yet to confirm that a subscription has begun or ended. */
    boolean awaitsConfirmation() {
        return unconfirmed > 0;
    }

    /** Whether the client has sent MONITOR, and L2 has not refused it. */
    boolean isMonitor() {
        return monitors || monitorsAwaited > 0;
    }

    /**
     * A command was sent that gets one frame.
     *
     * @param before looks at the reply before the client gets it
     */
    void add(PendingReply place, Consumer<ByteBuf> before) {
        expected.add(new Expected(place, before, false, null, List.of()));
    }

    /** SUBSCRIBE or one of its kin was sent with these channels. */
    void addConfirmations(PendingReply place, String verb, List<byte[]> names) {
        unconfirmed++;
        expected.add(new Expected(place, _ -> {}, false, verb, names));
    }

    /** MONITOR was sent. */
    void addMonitor(PendingReply place) {
        monitorsAwaited++;
        expected.add(new Expected(place, _ -> {}, true, null, List.of()));
    }

    /** Takes the next frame, which is given away. */
    void take(ByteBuf frame) {
        Expected first = expected.peek();
        PubSubFrame told = mayBeOfChannels(frame, first) ? PubSubFrame.of(frame) : null;
        if (first != null && told != null && first.isConfirmedBy(told)) {
            confirm(first, told, frame);
            return;
        }
        if (first == null || isMessage(frame, told)) {
            if (told != null && told.verb.equals(UNSUBSCRIBED) && told.subscriptions >= 0) {
                shardChannels = told.subscriptions;
            }
            sendMessage(frame);
            return;
        }
        if (first.isMonitor) {
            monitors |= frame.getByte(frame.readerIndex()) == '+';
        }
        end(first, frame);
    }

    private boolean mayBeOfChannels(ByteBuf frame, @Nullable Expected first) {
        byte type = frame.getByte(frame.readerIndex());
        return type == '>' || type == '*' && (hasSubscriptions() || first != null && first.verb != null);
    }

    /** Whether a frame is a message. In RESP2, a client with subscriptions gets no reply that looks like one. */
    private boolean isMessage(ByteBuf frame, @Nullable PubSubFrame told) {
        if (frame.getByte(frame.readerIndex()) == '>') {
            return true;
        }
        boolean isOfChannel = told != null && (MESSAGES.contains(told.verb) || told.verb.equals(UNSUBSCRIBED));
        return isOfChannel && hasSubscriptions() || monitors && isMonitorLine(frame);
    }

    /** Whether a frame looks like {@code +1339518083.107412 [0 127.0.0.1:60866] "get" "k"}. */
    private static boolean isMonitorLine(ByteBuf frame) {
        int at = frame.readerIndex();
        int seconds = afterDigits(frame, at + 1);
        int micros = afterDigits(frame, seconds + 1);
        return frame.getByte(at) == '+'
                && seconds > at + 1
                && frame.getByte(seconds) == '.'
                && micros > seconds + 1
                && micros + 1 < frame.writerIndex()
                && frame.getByte(micros) == ' '
                && frame.getByte(micros + 1) == '[';
    }

    private static int afterDigits(ByteBuf frame, int from) {
        int at = from;
        while (at < frame.writerIndex() && frame.getByte(at) >= '0' && frame.getByte(at) <= '9') {
            at++;
        }
        return at;
    }

    private void confirm(Expected first, PubSubFrame told, ByteBuf frame) {
        if (first.left < 0) {
            first.left = first.names.isEmpty() ? Math.max(1, subscriptions(told.verb)) : first.names.size();
        }
        count(told);
        first.left--;
        if (first.left > 0) {
            first.confirmations.add(frame);
        } else {
            end(first, frame);
        }
    }

    private int subscriptions(String verb) {
        return switch (verb.charAt(0)) {
            case 'p' -> patterns;
            case 'u' -> channels;
            default -> shardChannels;
        };
    }

    /** A confirmation tells the number of channels and patterns together, or the number of shard channels. */
    private void count(PubSubFrame told) {
        switch (told.verb) {
            case "subscribe", "unsubscribe" -> channels = told.subscriptions - patterns;
            case "psubscribe", "punsubscribe" -> patterns = told.subscriptions - channels;
            default -> shardChannels = told.subscriptions;
        }
    }

    private void end(Expected first, ByteBuf last) {
        expected.remove();
        unconfirmed -= first.verb == null ? 0 : 1;
        monitorsAwaited -= first.isMonitor ? 1 : 0;
        first.reply(last);
    }

    /**
     * Sends a message before the first reply that is still to come. A reply that the client does not want has no place.
     */
    private void sendMessage(ByteBuf frame) {
        for (Expected next : expected) {
            if (next.place.precede(frame)) {
                return;
            }
        }
        link.send(frame);
        link.flush();
    }

    /** Replies to everything that is still expected with an error: nothing more will come. */
    void fail(String error) {
        for (Expected next = expected.poll(); next != null; next = expected.poll()) {
            next.release();
            next.place.reply(ReplyEncoder.error(error));
        }
    }

    /** Releases what has come of replies that nobody waits for any more. */
    void release() {
        expected.forEach(Expected::release);
    }
}
