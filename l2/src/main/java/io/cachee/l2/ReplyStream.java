package io.cachee.l2;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.ReplyFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * Passes on the reply to the only request of a {@link Dedicated} connection as it comes. It keeps no bytes, and scans
 * them only to find the end.
 */
@EventLoopConfined
public final class ReplyStream implements DedicatedHandler {
    /** Receives the reply. */
    public interface Receiver {
        /** Bytes of the reply. The buffer is valid during the call only. Nothing is called after the last part. */
        void part(ByteBuf bytes, boolean isLast);

        /** The connection ended before the reply did, or could not be opened. */
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
        // The request is already queued.
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
        // There is only one request.
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

    /** Passes nothing on any more. */
    public void stop() {
        over = true;
        received.close();
    }
}
