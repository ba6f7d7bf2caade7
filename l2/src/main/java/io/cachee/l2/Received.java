package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has received and not handed over, cut into replies. What was handed over may still be in use:
 * nothing is moved within a buffer.
 */
final class Received {
    private final ReplyScanner scanner = new ReplyScanner();
    private @Nullable ByteBuf bytes;

    /** The buffer is given away. */
    void add(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf before = bytes;
        bytes = before == null ? in : append(before, in, allocator);
    }

    private static ByteBuf append(ByteBuf before, ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf whole = before;
        if (before.isReadOnly() || before.writableBytes() < in.readableBytes()) {
            long length = (long) before.readableBytes() + in.readableBytes();
            long most = ReplyScanner.REPLY_MAX + 2L * in.readableBytes();
            whole = allocator.buffer((int) Math.max(length, Math.min(2 * length, most)));
            whole.writeBytes(before);
            before.release();
        }
        whole.writeBytes(in);
        in.release();
        return whole;
    }

    /** The next whole reply or message, good until this is released or added to; null when there is none yet. */
    @Nullable
    ByteBuf next() throws BrokenReplyException {
        ByteBuf all = bytes;
        if (all == null || !all.isReadable()) {
            return null;
        }
        int length = scanner.scan(all);
        return length == ReplyScanner.INCOMPLETE ? null : all.readSlice(length);
    }

    /** Whether what came last was sent unasked. */
    boolean isMessage() {
        return scanner.type() == '>';
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
