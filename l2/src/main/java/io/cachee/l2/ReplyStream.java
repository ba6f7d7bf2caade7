package io.cachee.l2;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.ReplyFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * The reply to the one request of a {@link Dedicated} connection, handed on as it comes. Nothing of it is kept; it is
 * followed only to find its end.
 */
public final class ReplyStream implements DedicatedHandler {
    /** Who is given it. Called on the link's event loop. */
    public interface Receiver {
        /** What has come; the buffer is good during the call. Nothing is called after the last. */
        void part(ByteBuf bytes, boolean isLast);

        /** The connection ended before the reply did, or could not be had. */
        void failed(String why);
    }

    private final Receiver receiver;
    private final ReplyFrames received = new ReplyFrames(0);
    private boolean over;

    public ReplyStream(Receiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public void connected() {
        // The request has been waiting for that.
    }

    @Override
    public void received(ByteBuf bytes) {
        if (over) {
            return;
        }
        received.add(bytes.retainedDuplicate(), PooledByteBufAllocator.DEFAULT);
        try {
            over = received.next();
        } catch (ProtocolException broken) {
            fail(FailureText.of(broken));
            return;
        }
        if (over) {
            received.close();
        } else {
            received.releaseIfEmpty();
        }
        receiver.part(bytes, over);
    }

    @Override
    public void writabilityChanged(boolean writable) {
        // There is one request.
    }

    @Override
    public void closed(String why) {
        if (!over) {
            fail(why);
        }
    }

    private void fail(String why) {
        over = true;
        received.close();
        receiver.failed(why);
    }

    /** Nothing is handed on any more. On the link's event loop. */
    public void stop() {
        over = true;
        received.close();
    }
}
