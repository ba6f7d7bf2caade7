package io.cachee.l2;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where L2 is, and how patient to be with it.
 *
 * @param uri {@code redis://}, {@code rediss://}, {@code redis-sentinel://}, {@code redis-cluster://} or {@code
 *     rediss-cluster://}, as Lettuce reads them; a cluster's may name several nodes, by commas
 * @param password takes the place of the one in the URI
 * @param readFromReplicas whether values are loaded from replicas where there are any
 * @param trackedPrefixes empty to track the keys that are read; else all keys under these are reported (BCAST)
 * @param authorities who signs the certificates of servers, PEM; null for those that Java knows
 * @param certificate one's own certificate chain, PEM
 * @param key one's own private key, PEM
 * @param clientName what connections call themselves
 * @param connectMillis how long connecting and saying who one is may take
 * @param deadlineMillis how long a reply may take; after that the connection is given up
 * @param heartbeatMillis how often an otherwise silent feed is asked whether it is alive
 * @param silenceMillis how long a feed may be silent after it was asked; after that it is given up
 * @param mostRequests how many requests may wait for a reply, for each connection
 * @param mostBytes how many bytes of requests may wait to be sent, for each connection
 * @param firstRetryMillis how soon at most to connect again after the first failure
 * @param lastRetryMillis how soon at most to connect again after many
 * @param breakerFailures after how many failures in a row a node is given time
 * @param mostReplyBytes the largest reply that is taken over a shared connection; of a larger one nothing is kept
 */
public record L2Options(
        String uri,
        @Nullable String password,
        boolean readFromReplicas,
        List<String> trackedPrefixes,
        @Nullable Path authorities,
        @Nullable Path certificate,
        @Nullable Path key,
        String clientName,
        int connectMillis,
        int deadlineMillis,
        int heartbeatMillis,
        int silenceMillis,
        int mostRequests,
        long mostBytes,
        int firstRetryMillis,
        int lastRetryMillis,
        int breakerFailures,
        int mostReplyBytes) {
    public L2Options {
        Objects.requireNonNull(uri);
        trackedPrefixes = List.copyOf(trackedPrefixes);
        refuseOverlaps(trackedPrefixes);
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
        }
        if (clientName.chars().anyMatch(character -> character <= ' ' || character > '~')) {
            throw new IllegalArgumentException("the client name '" + clientName + "' has spaces or is not ASCII");
        }
        positive("connectMillis", connectMillis);
        positive("deadlineMillis", deadlineMillis);
        positive("heartbeatMillis", heartbeatMillis);
        positive("silenceMillis", silenceMillis);
        positive("mostRequests", mostRequests);
        positive("mostBytes", mostBytes);
        positive("firstRetryMillis", firstRetryMillis);
        positive("breakerFailures", breakerFailures);
        positive("mostReplyBytes", mostReplyBytes);
        if (lastRetryMillis < firstRetryMillis) {
            throw new IllegalArgumentException(
                    "lastRetryMillis of " + lastRetryMillis + " is less than firstRetryMillis of " + firstRetryMillis);
        }
    }

    /** The server would refuse them too, but say so late. */
    private static void refuseOverlaps(List<String> prefixes) {
        for (int i = 0; i < prefixes.size(); i++) {
            for (int j = 0; j < prefixes.size(); j++) {
                if (i != j && prefixes.get(j).startsWith(prefixes.get(i))) {
                    throw new IllegalArgumentException("the tracked prefix '" + prefixes.get(i) + "' covers '"
                            + prefixes.get(j) + "' too: name one of them");
                }
            }
        }
    }

    private static void positive(String what, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " of " + value + ": it must be positive");
        }
    }

    /** The usual ones. */
    public static L2Options of(String uri) {
        return new L2Options(
                uri, null, false, List.of(), null, null, null, "cachee", 1_000, 2_000, 500, 1_000, 100_000, 64L << 20,
                50, 5_000, 5, 8 << 20);
    }

    /** Without what is secret: a URI may hold a password. */
    @Override
    public String toString() {
        int scheme = uri.indexOf("://") + 1;
        int host = Math.max(uri.lastIndexOf('@'), scheme + 1) + 1;
        return "L2Options[" + (scheme == 0 ? "" : uri.substring(0, scheme) + "//" + uri.substring(host)) + "]";
    }
}
