package io.cachee.server.net;

/**
 * The memory that connections may take.
 *
 * @param requestBytes what all clients together may cause on the heap
 * @param mostRequestBytes the same, with what clients hold that were closed and are not gone yet
 * @param replyBytes replies that clients have not taken yet, of all clients together
 * @param socketBufferBytes the kernel's buffer of a socket, for each direction; 0 leaves it to the kernel
 * @param highWaterMark how many bytes are queued for a client before it is not read any more
 */
public record BufferLimits(
        long requestBytes, long mostRequestBytes, long replyBytes, int socketBufferBytes, int highWaterMark) {
    public static final BufferLimits DEFAULT = of(64L << 20);

    /** The same limit on requests and on replies. */
    static BufferLimits of(long bytes) {
        // The process ends when the heap is full, so a quarter is left for what commands need.
        long heap = Runtime.getRuntime().maxMemory();
        return new BufferLimits(Math.min(bytes, heap / 2), heap / 4 * 3, bytes, 0, 256 << 10);
    }

    /** When a client has taken all but so many bytes, it is read again. */
    int lowWaterMark() {
        return highWaterMark / 4;
    }

    /** Replies are sent, and counted, when there are this many bytes, even amid a batch. */
    int flushBytes() {
        return highWaterMark / 2;
    }

    /** Memory for arrays that wait for the next large requests. */
    long spareBytes() {
        return requestBytes / 8;
    }

    /** What a connection takes in the kernel when its client does not read. */
    long blockedBytes() {
        return 4L * socketBufferBytes;
    }
}
