package io.cachee.l2;

import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Checks that the replies of a shared connection still belong to its requests. Replies carry no name: after one reply
 * too many or too few, every later reply would go to the wrong request. A marker is an ECHO of a number that nobody can
 * guess. If its reply is another, the connection is out of step.
 *
 * <p>A marker goes before a request when {@link #REQUESTS_BETWEEN} requests have been sent since the last marker, or
 * when that was a second ago. So at most that many replies are handed out wrongly. Markers limit the damage of a
 * command that should never have shared a connection; they do not prevent it.
 */
@EventLoopConfined
final class ReplyMarkers {
    static final int REQUESTS_BETWEEN = 1_000;
    private static final long NANOS_BETWEEN = TimeUnit.SECONDS.toNanos(1);

    /** Errors with which a server may answer ECHO at any time. Such a reply shows nothing. */
    private static final Set<String> UNDECIDED = Set.of("BUSY", "LOADING", "MASTERDOWN", "NOPERM");

    private final LinkContext link;
    private final NodeConnection connection;
    private boolean on;
    private int requests;
    private long lastNanos;

    ReplyMarkers(LinkContext link, NodeConnection connection) {
        this.link = link;
        this.connection = connection;
    }

    /** @param echoes whether the server answers ECHO; otherwise no markers are sent */
    void start(boolean echoes) {
        on = echoes;
        lastNanos = System.nanoTime();
        if (!echoes) {
            link.feed()
                    .noticed("L2 " + connection.address() + " does not answer ECHO: whether its replies belong to"
                            + " the requests is not checked");
        }
    }

    /** Counts a request that is about to be sent. True if a marker must go before it. */
    boolean isDue(long nowNanos) {
        if (!on || ++requests <= REQUESTS_BETWEEN && nowNanos - lastNanos < NANOS_BETWEEN) {
            return false;
        }
        requests = 1;
        lastNanos = nowNanos;
        return true;
    }

    Marker next() {
        return new Marker(HexFormat.of().toHexDigits(link.random().nextLong()));
    }

    /** Ends the connection before another reply is handed out. */
    void outOfStep(String how) {
        link.counters().outOfStep.add(1);
        String why = "replies of " + connection.address() + " were out of step with the requests: " + how;
        link.feed().noticed("L2: " + why);
        connection.lost(why);
    }

    /** A marker, and the handler of its reply. */
    final class Marker implements ReplyHandler {
        private final String number;

        Marker(String number) {
            this.number = number;
        }

        ByteBuf request() {
            return RequestEncoder.encode("ECHO", number);
        }

        @Override
        public void reply(ByteBuf frame) {
            if (!ReplyReader.text(frame).equals(number) && !UNDECIDED.contains(ReplyReader.errorCode(frame))) {
                outOfStep("a marker got another reply");
            }
        }

        @Override
        public void failed(L2Failure why) {
            // The connection has ended.
        }
    }
}
