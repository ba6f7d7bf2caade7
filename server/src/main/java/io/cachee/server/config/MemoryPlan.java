package io.cachee.server.config;

/**
 * How the memory beside the store is divided. The sum of all parts is what the container has, so the kernel never needs
 * to kill the process: whatever clients cause is counted, and refused or ended at these limits.
 *
 * <pre>
 * container's limit = store + process + requests + replies + sockets
 * </pre>
 *
 * @param besideBytes everything beside the store
 * @param requestBytes what clients may cause on the heap: requests, transactions, names they listen to, messages
 * @param replyBytes what clients may cause in direct memory: replies that they have not taken, and L2's
 * @param socketBytes buffers of the kernel for sockets
 */
public record MemoryPlan(long besideBytes, long requestBytes, long replyBytes, long socketBytes) {
    /** Memory of the JVM: code, classes, threads, the compilers, its own objects, and the pages of libraries in use. */
    private static final long PROCESS_BYTES = 48L << 20;

    /** The link to L2: its classes, its compiled code and its own buffers. */
    private static final long LINK_BYTES = 8L << 20;

    /** The part of {@link #PROCESS_BYTES} that lies on the heap. */
    private static final long OWN_HEAP_BYTES = 9L << 20;

    /** The part of the heap for new objects, where what lives on finds no place. */
    private static final long YOUNG_BYTES = 3L << 20;

    /** The least memory that a container must have beside the store. */
    static final long LEAST_BESIDE_BYTES = 64L << 20;

    /** What a container should have beside the store before an L2. */
    static final long ENOUGH_BEFORE_L2_BYTES = 80L << 20;

    /** Where there is no limit, more would only be waste. */
    private static final long MOST_BESIDE_BYTES = 1L << 30;

    /** The memory of a connection on the heap, and in the kernel, while nothing is under way on it. */
    private static final long IDLE_CONNECTION_BYTES = 4L << 10;

    private static final long LEAST_SOCKET_BUFFER = 32L << 10;
    private static final long MOST_SOCKET_BUFFER = 512L << 10;
    private static final long LEAST_WATER_MARK = 32L << 10;
    private static final long MOST_WATER_MARK = 256L << 10;

    /**
     * Divides what a container has.
     *
     * @param limitBytes the container's limit; 0 without one
     * @param heapBytes the largest size of the heap
     * @param hasL2 whether the sidecar stands before an L2
     */
    static MemoryPlan of(long limitBytes, long storeBytes, long heapBytes, boolean hasL2) {
        long beside = limitBytes > 0 ? limitBytes - storeBytes : usualBeside(storeBytes);
        beside = Math.clamp(beside, LEAST_BESIDE_BYTES, MOST_BESIDE_BYTES);
        long free = beside - PROCESS_BYTES - (hasL2 ? LINK_BYTES : 0);
        long requests = Math.min(free / 5 * 2, requestsIn(heapBytes - OWN_HEAP_BYTES));
        return new MemoryPlan(beside, requests, free / 5 * 2, free / 5);
    }

    /** A quarter more may be reached, before clients that were closed are really gone. */
    private static long requestsIn(long heapBytes) {
        return Math.max(heapBytes / 5 * 4, 1 << 20);
    }

    /**
     * The same, if the process itself takes more of the heap than usual.
     *
     * @param heapBytes the largest size of the heap
     * @param usedBytes what is used of it before the first client comes
     */
    public MemoryPlan withUsedHeap(long heapBytes, long usedBytes) {
        long requests = Math.min(requestBytes, requestsIn(heapBytes - usedBytes - YOUNG_BYTES));
        return new MemoryPlan(besideBytes, requests, replyBytes, socketBytes);
    }

    /** The memory that a container should have beside a store of this size: half of the store's. */
    static long usualBeside(long storeBytes) {
        return Math.max(storeBytes / 2, LEAST_BESIDE_BYTES);
    }

    /** The largest store in a container with this limit. */
    static long storeIn(long limitBytes) {
        return Math.min(limitBytes / 3 * 2, limitBytes - LEAST_BESIDE_BYTES);
    }

    /** The bound on all direct memory. Event loops need some themselves, and pages of the pool are not always full. */
    public long directBytes() {
        return replyBytes + replyBytes / 4 + (6 << 20);
    }

    /** What clients may reach on the heap while others that were closed are not gone yet. */
    public long mostRequestBytes() {
        return requestBytes + requestBytes / 4;
    }

    /** The size that the heap has at most if nothing on it is garbage. */
    public long heapBytes() {
        return OWN_HEAP_BYTES + mostRequestBytes();
    }

    /** How many clients may be connected. */
    public int mostClients() {
        return (int) Math.min(requestBytes / 2 / IDLE_CONNECTION_BYTES, socketBytes / IDLE_CONNECTION_BYTES);
    }

    /** The size of a socket's buffer in the kernel, for each direction. */
    public int socketBufferBytes() {
        return (int) Math.clamp(socketBytes / 128, LEAST_SOCKET_BUFFER, MOST_SOCKET_BUFFER);
    }

    /** How many bytes of replies are queued for a client before it is not served any more. */
    public int highWaterMark() {
        return (int) Math.clamp(replyBytes / 128, LEAST_WATER_MARK, MOST_WATER_MARK);
    }

    /** The largest reply of L2 that is held in one piece. Larger ones pass through in parts. */
    int mostReplyOfL2Bytes() {
        return (int) Math.min(replyBytes / 4, 1 << 30);
    }

    /** Requests that wait to be sent over one connection to L2. */
    long mostSentToL2Bytes() {
        return replyBytes / 4;
    }

    /** Memory for the keys that clients track, with the clients that do. */
    public long trackedBytes() {
        return requestBytes / 4;
    }

    /** Memory for the slow log. */
    public long slowLogBytes() {
        return requestBytes / 16;
    }

    /** Memory for the rules of users. */
    public long usersBytes() {
        return requestBytes / 16;
    }

    /** Memory for the values that one command copies. */
    public long copiedBytes() {
        return requestBytes / 4;
    }
}
