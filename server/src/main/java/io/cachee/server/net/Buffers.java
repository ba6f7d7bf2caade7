package io.cachee.server.net;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The memory in which an event loop decodes requests. What arrives is copied behind what is left of the last batch,
 * into one array per loop; only what remains unfinished at the end of a batch is kept for the connection. Small
 * remains are kept in arrays that are used again and again; large ones, of a large value on its way, grow with what
 * has arrived.
 */
final class Buffers {
    static final int SCRATCH_BYTES = 160 << 10;
    static final int SMALL_BYTES = 16 << 10;
    private static final int POOLED = 64;

    final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Deque<byte[]> small = new ArrayDeque<>(POOLED);

    byte[] takeSmall() {
        byte[] pooled = small.pollFirst();
        return pooled == null ? new byte[SMALL_BYTES] : pooled;
    }

    void giveBack(byte[] buffer) {
        if (buffer.length == SMALL_BYTES && small.size() < POOLED) {
            small.addFirst(buffer);
        }
    }
}
