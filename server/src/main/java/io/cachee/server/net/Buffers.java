package io.cachee.server.net;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The memory in which an event loop decodes requests. What arrives is copied behind what is left of the last batch,
 * into one array per loop; only what remains unfinished at the end of a batch is kept for the connection. Small
 * remains are kept in arrays of two sizes that are used again and again, so that many connections with a little each
 * take little; large ones, of a large value on its way, grow with what has arrived.
 */
final class Buffers {
    static final int SCRATCH_BYTES = 160 << 10;
    static final int SMALL_BYTES = 16 << 10;
    static final int TINY_BYTES = 1 << 10;
    private static final int SMALL_POOLED = 64;
    private static final int TINY_POOLED = 512;

    final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Deque<byte[]> small = new ArrayDeque<>(SMALL_POOLED);
    private final Deque<byte[]> tiny = new ArrayDeque<>(TINY_POOLED);

    /** An array with room for so many bytes, {@link #SMALL_BYTES} at most. */
    byte[] take(int bytes) {
        boolean fitsTiny = bytes <= TINY_BYTES;
        byte[] pooled = fitsTiny ? tiny.pollFirst() : small.pollFirst();
        return pooled == null ? new byte[fitsTiny ? TINY_BYTES : SMALL_BYTES] : pooled;
    }

    void giveBack(byte[] buffer) {
        if (buffer.length == SMALL_BYTES && small.size() < SMALL_POOLED) {
            small.addFirst(buffer);
        } else if (buffer.length == TINY_BYTES && tiny.size() < TINY_POOLED) {
            tiny.addFirst(buffer);
        }
    }
}
