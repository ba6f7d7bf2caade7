package io.cachee.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a connection receives into whole replies and messages, and keeps what is not complete. Bytes are never
 * moved within a buffer, for replies that were handed out may still be in use. A reply that is larger than wanted is
 * followed to its end, but none of it is kept.
 */
public final class ReplyFrames implements AutoCloseable {
    private final int most;
    private final ReplyScanner scanner = new ReplyScanner();
    private @Nullable ByteBuf bytes;
    /** How many bytes of the reply that comes were dropped. */
    private long dropped;

    private ByteBuf frame = Unpooled.EMPTY_BUFFER;
    private long length;

    /** @param most the size of the largest reply that is kept */
    public ReplyFrames(int most) {
        this.most = most;
    }

    /** Adds bytes; the buffer is given away. */
    public void add(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf before = bytes;
        bytes = before == null ? in : append(before, in, allocator);
    }

    private ByteBuf append(ByteBuf before, ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf whole = before;
        if (before.isReadOnly() || before.writableBytes() < in.readableBytes()) {
            long there = (long) before.readableBytes() + in.readableBytes();
            // What is known to come, or twice what there is, so that not every piece has it copied.
            long wanted = scanner.stringEnd() > 0 ? scanner.stringEnd() : 2 * there;
            int size = (int) Math.max(there, Math.min(wanted, most + (long) in.readableBytes()));
            try {
                whole = allocator.buffer(size);
            } catch (OutOfDirectMemoryError none) {
                in.release();
                throw none;
            }
            whole.writeBytes(before);
            before.release();
        }
        whole.writeBytes(in);
        in.release();
        return whole;
    }

    /**
     * Adds bytes and hands out what is complete; each frame is good during the call. The buffer stays the caller's.
     *
     * @return false when a reply is too large, or is none: nothing that follows can be told apart, and this is closed
     */
    public boolean take(ByteBuf in, Consumer<ByteBuf> whole) {
        add(in.retainedDuplicate(), PooledByteBufAllocator.DEFAULT);
        boolean tooLarge = false;
        try {
            while (!tooLarge && next()) {
                tooLarge = isTooLarge();
                if (!tooLarge) {
                    whole.accept(frame);
                }
            }
        } catch (ProtocolException broken) {
            close();
            return false;
        }
        if (tooLarge || isDropping()) {
            close();
            return false;
        }
        releaseIfEmpty();
        return true;
    }

    /** Goes on to the next whole reply or message; false when there is none yet. */
    public boolean next() throws ProtocolException {
        ByteBuf all = bytes;
        if (all == null || !all.isReadable()) {
            return false;
        }
        int left = scanner.scan(all);
        if (left == ReplyScanner.INCOMPLETE) {
            boolean isTooLarge = dropped > 0 || Math.max(all.readableBytes(), scanner.stringEnd()) > most;
            if (isTooLarge) {
                drop(all);
            }
            return false;
        }
        length = dropped + left;
        dropped = 0;
        frame = isTooLarge() ? Unpooled.EMPTY_BUFFER : all.readSlice(left);
        if (isTooLarge()) {
            all.skipBytes(left);
        }
        return true;
    }

    private void drop(ByteBuf all) throws ProtocolException {
        int passed = scanner.pass(all.readableBytes());
        if (passed > 0 && isMessage()) {
            throw new ProtocolException("a message of more than " + most + " bytes");
        }
        all.skipBytes(passed);
        dropped += passed;
    }

    /** The reply that was found last, good until this is released or added to; empty for one that is too large. */
    public ByteBuf frame() {
        return frame;
    }

    /** Its length. */
    public long length() {
        return length;
    }

    /** Whether nothing of it was kept. */
    public boolean isTooLarge() {
        return length > most;
    }

    /** Whether what came last was sent unasked. */
    public boolean isMessage() {
        return scanner.type() == '>';
    }

    /** Whether a part of a reply has come that is too large. */
    public boolean isDropping() {
        return dropped > 0;
    }

    /** Whether a part of a reply has come. */
    public boolean isAmidReply() {
        ByteBuf all = bytes;
        return dropped > 0 || all != null && all.isReadable();
    }

    /** All that is left; the caller gives it back. */
    public @Nullable ByteBuf rest() {
        ByteBuf all = bytes;
        return all == null || !all.isReadable() ? null : all.readRetainedSlice(all.readableBytes());
    }

    /** Gives the buffer back when nothing is left in it. */
    public void releaseIfEmpty() {
        ByteBuf all = bytes;
        if (all != null && !all.isReadable()) {
            close();
        }
    }

    /** Gives back what was kept. */
    @Override
    public void close() {
        ByteBuf all = bytes;
        bytes = null;
        if (all != null) {
            all.release();
        }
    }
}
