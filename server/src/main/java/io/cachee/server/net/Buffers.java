package io.cachee.server.net;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which an event loop decodes requests. What arrives is copied behind what is left of the last batch,
 * into one array per loop; only what remains unfinished at the end of a batch is kept for the connection. Small
 * remains are kept in arrays that are used again and again, and so is the last large one; others, of large values on
 * their way, grow with what has arrived.
 */
final class Buffers {
    static final int SCRATCH_BYTES = 160 << 10;
    static final int SMALL_BYTES = 16 << 10;
    private static final int POOLED = 64;
    private static final int MOST_SPARE_BYTES = 4 << 20;

    final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Deque<byte[]> small = new ArrayDeque<>(POOLED);
    /** The last large array, for the next large request. */
    private byte @Nullable [] spare;

    /** An array of at least so many bytes; {@code preferred} is how many a new one gets. */
    byte[] take(int wanted, int preferred) {
        if (wanted <= SMALL_BYTES) {
            byte[] pooled = small.pollFirst();
            return pooled == null ? new byte[SMALL_BYTES] : pooled;
        }
        byte[] kept = spare;
        if (kept != null && kept.length >= wanted) {
            spare = null;
            return kept;
        }
        return new byte[preferred];
    }

    void giveBack(byte[] buffer) {
        if (buffer.length == SMALL_BYTES) {
            if (small.size() < POOLED) {
                small.addFirst(buffer);
            }
        } else if (buffer.length > SMALL_BYTES && buffer.length <= MOST_SPARE_BYTES) {
            if (spare == null || spare.length < buffer.length) {
                spare = buffer;
            }
        }
    }
}
