package io.cachee.server.net;

import io.cachee.server.engine.ConfinedTo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which an event loop decodes requests. A batch is decoded in one array that belongs to the loop. Only an
 * unfinished request at its end is kept for the connection. Short ones are kept in pooled arrays of two sizes, so that
 * many connections with a little each take little. A large request gets an array that grows with what has arrived. A
 * few of these are pooled too; as garbage they would make the heap grow to its limit.
 */
@ConfinedTo("the event loop")
final class Buffers {
    static final int SCRATCH_BYTES = 160 << 10;
    static final int SMALL_BYTES = 16 << 10;
    static final int TINY_BYTES = 1 << 10;
    private static final int SMALL_POOLED = 64;
    private static final int TINY_POOLED = 512;
    final byte[] scratch = new byte[SCRATCH_BYTES];
    private final Deque<byte[]> small = new ArrayDeque<>(SMALL_POOLED);
    private final Deque<byte[]> tiny = new ArrayDeque<>(TINY_POOLED);

    /** Large arrays for the next large requests. */
    private final List<byte[]> spares = new ArrayList<>();

    private final long mostSpareBytes;
    private long spareBytes;

    /** @param mostSpareBytes memory for spare arrays */
    Buffers(long mostSpareBytes) {
        this.mostSpareBytes = mostSpareBytes;
    }

    /** An array of at least {@code wanted} bytes. A new large one gets {@code preferred} bytes. */
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

    /** Larger arrays replace smaller ones, because they serve more requests. */
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
