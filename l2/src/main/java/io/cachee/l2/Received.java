package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has received and not handed over, cut into replies. It lies in an array, where to look at a byte
 * costs little, before the code is compiled too: a new pod reads thousands of replies in its first moments.
 */
final class Received {
    private static final byte[] NOTHING = {};

    private final ReplyScanner scanner = new ReplyScanner();
    private final int keptBytes;
    private byte[] bytes = NOTHING;
    private ByteBuf view = Unpooled.EMPTY_BUFFER;
    private int from;
    private int to;

    /** @param keptBytes how large an array it keeps when there is nothing in it */
    Received(int keptBytes) {
        this.keptBytes = keptBytes;
    }

    /** Copies what is readable. */
    void add(ByteBuf in) {
        int more = in.readableBytes();
        if (more > bytes.length - to) {
            makeRoom(to - from, more);
        }
        in.readBytes(bytes, to, more);
        to += more;
    }

    private void makeRoom(int left, int more) {
        byte[] before = bytes;
        int begin = from;
        long wanted = (long) left + more;
        if (wanted > before.length) {
            long most = ReplyScanner.REPLY_MAX + 2L * more;
            long roomy = left == 0 ? wanted : Math.min(2 * wanted, most);
            use(new byte[(int) Math.max(Math.max(wanted, roomy), keptBytes)]);
        }
        System.arraycopy(before, begin, bytes, 0, left);
        from = 0;
        to = left;
    }

    private void use(byte[] array) {
        bytes = array;
        view = Unpooled.wrappedBuffer(array);
    }

    /** The next whole reply or message, good until this is released or added to; null when there is none yet. */
    @Nullable
    ByteBuf next() throws BrokenReplyException {
        if (from == to) {
            return null;
        }
        int length = scanner.scan(bytes, from, to);
        if (length == ReplyScanner.INCOMPLETE) {
            return null;
        }
        ByteBuf frame = view.slice(from, length);
        from += length;
        return frame;
    }

    /** Whether what came last was sent unasked. */
    boolean isMessage() {
        return scanner.type() == '>';
    }

    /** A copy of all that is left. */
    @Nullable
    ByteBuf rest() {
        return from == to ? null : Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, from, to));
    }

    void releaseIfEmpty() {
        if (from == to) {
            release();
        }
    }

    void release() {
        from = 0;
        to = 0;
        if (bytes.length > keptBytes) {
            use(NOTHING);
        }
    }
}
