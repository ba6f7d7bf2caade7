package io.cachee.simulate;

/**
 * The result of one cache on a trace.
 *
 * @param policy the cache's name
 * @param requests requests
 * @param hits those that found their object
 * @param requestedBytes bytes of values requested
 * @param hitBytes those that were found
 */
public record Score(String policy, long requests, long hits, long requestedBytes, long hitBytes) {
    /** Hits in percent of requests. */
    public double hitPercent() {
        return requests == 0 ? 0 : 100.0 * hits / requests;
    }

    /** Hit bytes in percent of requested bytes. */
    public double byteHitPercent() {
        return requestedBytes == 0 ? 0 : 100.0 * hitBytes / requestedBytes;
    }

    static Score of(String policy, Workload workload, Peer peer) {
        long hits = 0;
        long requestedBytes = 0;
        long hitBytes = 0;
        for (int number : workload.trace().requests()) {
            long bytes = workload.valueBytes(number);
            requestedBytes += bytes;
            if (peer.request(number)) {
                hits++;
                hitBytes += bytes;
            }
        }
        return new Score(policy, workload.trace().length(), hits, requestedBytes, hitBytes);
    }
}
