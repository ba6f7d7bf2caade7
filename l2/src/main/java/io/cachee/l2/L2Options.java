package io.cachee.l2;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where L2 is, and the limits of the connections to it. Use {@link #builder} to change one of the defaults.
 *
 * @param uri {@code redis://}, {@code rediss://}, {@code redis-sentinel://}, {@code redis-cluster://} or {@code
 *     rediss-cluster://}, as Lettuce reads them; that of a cluster may name several nodes, separated by commas
 * @param password replaces the one in the URI
 * @param readFromReplicas whether values are loaded from replicas where there are any
 * @param trackedPrefixes reports changes of all keys under these prefixes (BCAST); empty to report only keys that were
 *     read
 * @param authorities the certificates that sign those of servers, in PEM; null for the ones Java trusts
 * @param certificate the chain of the client's certificate, in PEM
 * @param key the client's private key, in PEM
 * @param connectMillis the longest that connecting and the handshake may take
 * @param deadlineMillis the longest that a reply may take; after that the connection is closed
 * @param heartbeatMillis a feed that is silent for this long is sent a PING
 * @param silenceMillis the longest that a feed may take to answer that PING; after that it is closed
 * @param mostRequests the most requests of one connection that may wait for a reply
 * @param mostBytes the most bytes of one connection that may wait to be sent
 * @param firstRetryMillis the longest pause before connecting again after the first failure
 * @param lastRetryMillis the longest pause before connecting again after many failures
 * @param breakerFailures how many failures in a row open a node's circuit breaker
 * @param mostReplyBytes the largest reply accepted over a shared connection; larger ones are dropped
 */
public record L2Options(
        String uri,
        @Nullable String password,
        boolean readFromReplicas,
        List<String> trackedPrefixes,
        @Nullable Path authorities,
        @Nullable Path certificate,
        @Nullable Path key,
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

    /** The server would refuse them too, but only once it is connected. */
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

    /** The defaults. */
    public static L2Options of(String uri) {
        return builder(uri).build();
    }

    /** Begins with the defaults. */
    public static Builder builder(String uri) {
        return new Builder(uri);
    }

    /** Options by name; those that are not set keep their defaults. */
    public static final class Builder {
        private final String uri;
        private @Nullable String password;
        private boolean readFromReplicas;
        private List<String> trackedPrefixes = List.of();
        private @Nullable Path authorities;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private int connectMillis = 1_000;
        private int deadlineMillis = 2_000;
        private int heartbeatMillis = 500;
        private int silenceMillis = 1_000;
        private int mostRequests = 100_000;
        private long mostBytes = 64L << 20;
        private int firstRetryMillis = 50;
        private int lastRetryMillis = 5_000;
        private int breakerFailures = 5;
        private int mostReplyBytes = 8 << 20;

        private Builder(String uri) {
            this.uri = uri;
        }

        public Builder password(@Nullable String newPassword) {
            password = newPassword;
            return this;
        }

        public Builder readFromReplicas(boolean reads) {
            readFromReplicas = reads;
            return this;
        }

        public Builder trackedPrefixes(List<String> prefixes) {
            trackedPrefixes = prefixes;
            return this;
        }

        /** Whom to trust, and who we are; each may be null. */
        public Builder tls(@Nullable Path trusted, @Nullable Path ownCertificate, @Nullable Path ownKey) {
            authorities = trusted;
            certificate = ownCertificate;
            key = ownKey;
            return this;
        }

        public Builder connectMillis(int millis) {
            connectMillis = millis;
            return this;
        }

        public Builder deadlineMillis(int millis) {
            deadlineMillis = millis;
            return this;
        }

        public Builder heartbeatMillis(int millis) {
            heartbeatMillis = millis;
            return this;
        }

        public Builder silenceMillis(int millis) {
            silenceMillis = millis;
            return this;
        }

        public Builder mostRequests(int requests) {
            mostRequests = requests;
            return this;
        }

        public Builder mostBytes(long bytes) {
            mostBytes = bytes;
            return this;
        }

        public Builder retryMillis(int first, int last) {
            firstRetryMillis = first;
            lastRetryMillis = last;
            return this;
        }

        public Builder breakerFailures(int failures) {
            breakerFailures = failures;
            return this;
        }

        public Builder mostReplyBytes(int bytes) {
            mostReplyBytes = bytes;
            return this;
        }

        public L2Options build() {
            return new L2Options(
                    uri,
                    password,
                    readFromReplicas,
                    trackedPrefixes,
                    authorities,
                    certificate,
                    key,
                    connectMillis,
                    deadlineMillis,
                    heartbeatMillis,
                    silenceMillis,
                    mostRequests,
                    mostBytes,
                    firstRetryMillis,
                    lastRetryMillis,
                    breakerFailures,
                    mostReplyBytes);
        }
    }

    /** Leaves the secrets out: a URI may hold a password. */
    @Override
    public String toString() {
        int scheme = uri.indexOf("://") + 1;
        int host = Math.max(uri.lastIndexOf('@'), scheme + 1) + 1;
        return "L2Options[" + (scheme == 0 ? "" : uri.substring(0, scheme) + "//" + uri.substring(host)) + "]";
    }
}
