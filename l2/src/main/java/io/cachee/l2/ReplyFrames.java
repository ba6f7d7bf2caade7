package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Consumer;

/** Cuts the bytes of a {@link Dedicated} connection into whole replies and messages. */
public final class ReplyFrames implements AutoCloseable {
    private final Received received;

    /** @param most the size of the largest reply that is handed out */
    public ReplyFrames(int most) {
        received = new Received(most);
    }

    /**
     * Takes bytes as they came, and hands out what is complete; each buffer is good during the call. False when a reply
     * is too large, or this is no protocol that is known: nothing more can be told apart then.
     */
    public boolean take(ByteBuf bytes, Consumer<ByteBuf> whole) {
        received.add(bytes.retainedDuplicate(), PooledByteBufAllocator.DEFAULT);
        boolean isTooLarge = false;
        try {
            while (!isTooLarge && received.next()) {
                isTooLarge = received.isTooLarge();
                if (!isTooLarge) {
                    whole.accept(received.frame());
                }
            }
        } catch (BrokenReplyException broken) {
            close();
            return false;
        }
        if (isTooLarge || received.isDropping()) {
            close();
            return false;
        }
        received.releaseIfEmpty();
        return true;
    }

    /** Gives back what was kept. */
    @Override
    public void close() {
        received.release();
    }
}
