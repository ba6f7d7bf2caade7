package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Cuts the bytes of a {@link Dedicated} connection into whole replies and messages. */
public final class ReplyFrames implements AutoCloseable {
    private final int most;
    private final ReplyScanner scanner = new ReplyScanner();
    private @Nullable ByteBuf kept;

    /** @param most how many bytes of an unfinished reply are kept at most */
    public ReplyFrames(int most) {
        this.most = most;
    }

    /**
     * Takes bytes as they came, and hands out what is complete; each buffer is good during the call. False when a reply
     * is too large, or this is no protocol that is known: nothing more can be told apart then.
     */
    public boolean take(ByteBuf bytes, Consumer<ByteBuf> whole) {
        ByteBuf before = kept;
        if (before != null) {
            before.writeBytes(bytes);
        }
        try {
            cut(before == null ? bytes : before, whole);
        } catch (BrokenReplyException broken) {
            close();
            return false;
        }
        if (before == null) {
            kept = bytes.isReadable()
                    ? PooledByteBufAllocator.DEFAULT
                            .buffer(bytes.readableBytes())
                            .writeBytes(bytes)
                    : null;
        } else if (before.readableBytes() > most) {
            close();
            return false;
        } else if (before.isReadable()) {
            before.discardSomeReadBytes();
        } else {
            close();
        }
        return true;
    }

    private void cut(ByteBuf from, Consumer<ByteBuf> whole) throws BrokenReplyException {
        while (from.isReadable()) {
            int length = scanner.scan(from);
            if (length == ReplyScanner.INCOMPLETE) {
                return;
            }
            whole.accept(from.readSlice(length));
        }
    }

    /** Gives back what was kept. */
    @Override
    public void close() {
        ByteBuf before = kept;
        kept = null;
        if (before != null) {
            before.release();
        }
    }
}
