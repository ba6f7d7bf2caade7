package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.OutOfDirectMemoryError;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has received and not handed over, cut into replies. What was handed over may still be in use:
 * nothing is moved within a buffer. A reply that is larger than wanted is followed to its end, and nothing of it kept.
 */
final class Received {
    private final int most;
    private final ReplyScanner scanner = new ReplyScanner();
    private @Nullable ByteBuf bytes;
    /** How many bytes of the reply that comes were dropped. */
    private long dropped;

    private ByteBuf frame = Unpooled.EMPTY_BUFFER;
    private long length;

    /** @param most the size of the largest reply that is kept */
    Received(int most) {
        this.most = most;
    }

    /** The buffer is given away. */
    void add(ByteBuf in, ByteBufAllocator allocator) {
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

    /** Goes on to the next whole reply or message; false when there is none yet. */
    boolean next() throws BrokenReplyException {
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

    private void drop(ByteBuf all) throws BrokenReplyException {
        int passed = scanner.pass(all.readableBytes());
        if (passed > 0 && isMessage()) {
            throw new BrokenReplyException("a message of more than " + most + " bytes");
        }
        all.skipBytes(passed);
        dropped += passed;
    }

    /** The reply that was found last, good until this is released or added to; empty for one that is too large. */
    ByteBuf frame() {
        return frame;
    }

    /** Its length. */
    long length() {
        return length;
    }

    /** Whether nothing of it was kept. */
    boolean isTooLarge() {
        return length > most;
    }

    /** Whether what came last was sent unasked. */
    boolean isMessage() {
        return scanner.type() == '>';
    }

    /** Whether a part of a reply has come that is too large. */
    boolean isDropping() {
        return dropped > 0;
    }

    /** Whether a part of a reply has come. */
    boolean isAmidReply() {
        ByteBuf all = bytes;
        return dropped > 0 || all != null && all.isReadable();
    }

    /** All that is left; the caller gives it back. */
    @Nullable
    ByteBuf rest() {
        ByteBuf all = bytes;
        return all == null || !all.isReadable() ? null : all.readRetainedSlice(all.readableBytes());
    }

    void releaseIfEmpty() {
        ByteBuf all = bytes;
        if (all != null && !all.isReadable()) {
            release();
        }
    }

    void release() {
        ByteBuf all = bytes;
        bytes = null;
        if (all != null) {
            all.release();
        }
    }
}
