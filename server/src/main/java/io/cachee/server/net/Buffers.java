package io.cachee.server.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which an event loop decodes requests. What arrives is copied behind what is left of the last batch,
 * into one array per loop; only what remains unfinished at the end of a batch is kept for the connection. Small
 * remains are kept in arrays of two sizes that are used again and again, so that many connections with a little each
 * take little. Large values on their way have arrays that grow with what has arrived; a few megabytes of these are used
 * again too, for as garbage they would have the heap grow to its limit.
 */
final class Buffers {
    static final int SCRATCH_BYTES = 160 << 10;
    static final int SMALL_BYTES = 16 << 10;
    static final int TINY_BYTES = 1 << 10;
    private static final int SMALL_POOLED = 64;
    private static final int TINY_POOLED = 512;
    private static final int SPARE_BYTES_OF_ALL_LOOPS = 12 << 20;

    final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Deque<byte[]> small = new ArrayDeque<>(SMALL_POOLED);
    private final Deque<byte[]> tiny = new ArrayDeque<>(TINY_POOLED);

    /** Large arrays for the next large requests. */
    private final List<byte[]> spares = new ArrayList<>();

    private final int mostSpareBytes;
    private int spareBytes;

    /** One of so many. */
    Buffers(int loops) {
        this.mostSpareBytes = SPARE_BYTES_OF_ALL_LOOPS / loops;
    }

    /** An array of at least so many bytes; {@code preferred} is how many a new large one gets. */
    byte[] take(int wanted, int preferred) {
        if (wanted <= SMALL_BYTES) {
            boolean fitsTiny = wanted <= TINY_BYTES;
            byte[] pooled = fitsTiny ? tiny.pollFirst() : small.pollFirst();
            return pooled == null ? new byte[fitsTiny ? TINY_BYTES : SMALL_BYTES] : pooled;
        }
        byte[] kept = smallestSpare(wanted);
        if (kept == null) {
            return new byte[preferred];
        }
        spares.remove(kept);
        spareBytes -= kept.length;
        return kept;
    }

    private byte @Nullable [] smallestSpare(int wanted) {
        byte[] best = null;
        for (byte[] spare : spares) {
            if (spare.length >= wanted && (best == null || spare.length < best.length)) {
                best = spare;
            }
        }
        return best;
    }

    void giveBack(byte[] buffer) {
        int length = buffer.length;
        if (length == TINY_BYTES && tiny.size() < TINY_POOLED) {
            tiny.addFirst(buffer);
        } else if (length == SMALL_BYTES && small.size() < SMALL_POOLED) {
            small.addFirst(buffer);
        } else if (length > SMALL_BYTES && length <= mostSpareBytes) {
            keep(buffer);
        }
    }

    /** Larger ones take the place of smaller ones: they serve for more. */
    private void keep(byte[] buffer) {
        while (spareBytes + buffer.length > mostSpareBytes) {
            byte[] smallest = smallestSpare(0);
            if (smallest == null || smallest.length >= buffer.length) {
                return;
            }
            spares.remove(smallest);
            spareBytes -= smallest.length;
        }
        spares.add(buffer);
        spareBytes += buffer.length;
    }
}
