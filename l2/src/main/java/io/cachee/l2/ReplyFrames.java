package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Cuts the bytes of a {@link Dedicated} connection into whole replies and messages. */
public final class ReplyFrames implements AutoCloseable {
    private final Received received = new Received(0);

    /**
     * Takes bytes as they came, and hands out what is complete; each buffer is good during the call. False when this is
     * no protocol that is known: nothing more can be told apart then.
     */
    public boolean take(ByteBuf bytes, Consumer<ByteBuf> whole) {
        received.add(bytes);
        try {
            for (ByteBuf frame = received.next(); frame != null; frame = received.next()) {
                whole.accept(frame);
            }
            received.releaseIfEmpty();
            return true;
        } catch (BrokenReplyException broken) {
            close();
            return false;
        }
    }

    /** Forgets what was kept. */
    @Override
    public void close() {
        received.release();
    }
}
