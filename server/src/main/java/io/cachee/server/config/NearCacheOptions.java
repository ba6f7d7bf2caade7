package io.cachee.server.config;

import io.cachee.l2.L2;
import io.cachee.l2.L2Options;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The flags of {@code cachee start} about L2, and the file's section about keyspaces. */
public final class NearCacheOptions {
    /** The name of the section about keyspaces. */
    public static final String KEYSPACES = "keyspaces";

    private static final int MOST_MILLIS = 3_600_000;
    private static final long LEAST_REPLY = 1 << 20;
    private static final long MOST_REPLY = 512 << 20;

    static final List<Flag> FLAGS = List.of(
            Flag.of(
                    "l2",
                    "URI",
                    "",
                    "The Redis or Valkey behind the cache: redis://, rediss:// (TLS), redis-sentinel:// or"
                            + " redis-cluster://."),
            Flag.of("l2-password-file", "FILE", "", "Its password; takes the place of one in the URI."),
            Flag.of("l2-read-from", "primary|replica", "primary", "Where values are loaded from."),
            Flag.of(
                    "l2-track-prefixes",
                    "PREFIXES",
                    "",
                    "Have all changes under these prefixes reported (BCAST), by commas; else those of the keys that"
                            + " were read."),
            Flag.of("l2-tls-ca", "FILE", "", "Who signs the certificates of L2, PEM; else those whom Java knows."),
            Flag.of("l2-tls-cert", "FILE", "", "The certificate chain to show to L2, PEM."),
            Flag.of("l2-tls-key", "FILE", "", "Its private key, PEM."),
            Flag.of("l2-connect-timeout", "MILLIS", "1000", "How long connecting may take."),
            Flag.of("l2-timeout", "MILLIS", "2000", "How long a reply may take before the connection is given up."),
            Flag.of(
                    "l2-silence",
                    "MILLIS",
                    "1000",
                    "How long L2 may be silent when it is asked for a sign of life; the longest that an outdated value"
                            + " is served after the link was lost unnoticed is half as long again."),
            Flag.of("l2-max-pending", "N", "100000", "Requests that may wait for replies, for each connection."),
            Flag.of(
                    "l2-max-reply",
                    "SIZE",
                    "8mb",
                    "The largest reply that is taken over a shared connection, and so the largest value that is kept;"
                            + " what is larger and only read is asked for again, and handed on as it comes."),
            Flag.of("l2-max-loads", "N", "1000", "Loads that may be on their way at once."),
            Flag.yesNo(
                    "l2-admin",
                    "no",
                    "Whether clients whose rules allow it may change the server behind: REPLICAOF, DEBUG, SAVE, MODULE"
                            + " LOAD and the like."),
            Flag.of(
                    "prewarm-source",
                    "l2|off|URI",
                    "l2",
                    "Where the hottest keys of the application are loaded from before the cache says that it is ready;"
                            + " a URI where there is no --l2."),
            Flag.of("prewarm-keys", "N", "1000", "How many of them at most; 0 turns it off."),
            Flag.of("prewarm-timeout", "TIME", "500ms", "How long that may take; then the cache is ready without."),
            Flag.of(
                    "ready-hit-rate",
                    "PERCENT",
                    "0",
                    "The share of reads that has to be answered from the cache before /readyz says yes; 0 is none."),
            Flag.of("ready-timeout", "TIME", "30s", "How long that may take; then the cache is ready without."),
            Flag.of("app", "NAME", "default", "The application: sidecars of one share the list of its hottest keys."),
            Flag.yesNo(
                    "l2-needed-for-ready",
                    "no",
                    "Whether /readyz says no while L2 cannot be reached; else it is a matter of the cache alone."));

    final String uri;
    public final int mostLoads;
    public final boolean mayAdminister;
    public final boolean neededForReady;
    public final Map<String, KeyspacePolicy> keyspaces;
    public final String prewarmSource;
    public final int prewarmKeys;
    public final long prewarmMillis;
    public final String application;
    public final int readyHitRate;
    public final long readyMillis;
    private final @Nullable L2Options link;

    NearCacheOptions(FlagValues values, MemoryPlan memory) throws IOException {
        uri = values.text("l2");
        mostLoads = values.integer("l2-max-loads", 1, 1_000_000);
        mayAdminister = values.yesNo("l2-admin");
        neededForReady = values.yesNo("l2-needed-for-ready");
        keyspaces = KeyspaceSection.parse(values.section(KEYSPACES));
        prewarmSource = values.text("prewarm-source");
        prewarmKeys = values.integer("prewarm-keys", 0, 10_000);
        prewarmMillis = values.parsed("prewarm-timeout", KeyspaceSection::millis);
        readyHitRate = values.integer("ready-hit-rate", 0, 100);
        readyMillis = values.parsed("ready-timeout", KeyspaceSection::millis);
        application = values.parsed("app", NearCacheOptions::name);
        if (!Set.of("l2", "off").contains(prewarmSource) && !prewarmSource.contains("://")) {
            throw new IllegalArgumentException(
                    "--prewarm-source: '" + prewarmSource + "' is neither l2 nor off nor the URI of a Redis");
        }
        checkFlags(values);
        link = uri.isEmpty() ? null : link(values, memory);
        if (link == null && !keyspaces.isEmpty()) {
            throw new IllegalArgumentException("keyspaces: they say how keys of L2 are cached, and there is no --l2");
        }
    }

    private void checkFlags(FlagValues values) {
        if (uri.isEmpty()) {
            for (Flag flag : FLAGS) {
                if (flag.name().startsWith("l2-") && values.isChanged(flag.name())) {
                    throw new IllegalArgumentException("--" + flag.name() + " is about L2, and there is no --l2");
                }
            }
        } else if (!uri.contains("://")) {
            // What has no scheme is not shown if it may contain a password.
            String shown = uri.contains("@") ? "" : ", such as redis://" + uri;
            throw new IllegalArgumentException("--l2: a URI begins with its scheme: redis://HOST:PORT" + shown);
        }
    }

    private static L2Options checked(L2Options link) {
        try {
            int ignored = L2.slots(link);
            return link;
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("--l2: " + wrong.getMessage() + "; it wants redis://HOST:PORT", wrong);
        }
    }

    private static L2Options link(FlagValues values, MemoryPlan memory) throws IOException {
        Path passwordFile = values.path("l2-password-file");
        String password = passwordFile == null ? null : SecretFile.readLine(passwordFile);
        Path key = values.path("l2-tls-key");
        if (key != null && Files.exists(key)) {
            SecretFile.check(key);
        }
        String from = values.text("l2-read-from");
        if (!from.equals("primary") && !from.equals("replica")) {
            throw new IllegalArgumentException("--l2-read-from: '" + from + "' is neither primary nor replica");
        }
        String prefixes = values.text("l2-track-prefixes");
        int silence = values.integer("l2-silence", 10, MOST_MILLIS);
        L2Options link = L2Options.builder(values.text("l2"))
                .password(password)
                .readFromReplicas(from.equals("replica"))
                .trackedPrefixes(
                        prefixes.isEmpty() ? List.of() : NearCache.prefixes(Arrays.asList(prefixes.split(",", -1))))
                .tls(file(values, "l2-tls-ca"), file(values, "l2-tls-cert"), key)
                .connectMillis(values.integer("l2-connect-timeout", 1, MOST_MILLIS))
                .deadlineMillis(values.integer("l2-timeout", 1, MOST_MILLIS))
                .heartbeatMillis(Math.max(1, silence / 2))
                .silenceMillis(silence)
                .mostRequests(values.integer("l2-max-pending", 1, 10_000_000))
                .mostBytes(memory.mostSentToL2Bytes())
                .mostReplyBytes(Math.min(
                        values.parsed("l2-max-reply", NearCacheOptions::replySize), memory.mostReplyOfL2Bytes()))
                .build();
        return checked(link);
    }

    private static @Nullable Path file(FlagValues values, String name) throws IOException {
        Path path = values.path(name);
        return path != null && Files.exists(path) ? RegularFile.check(path) : path;
    }

    private static int replySize(String text) {
        long bytes = MemorySize.parse(text);
        if (bytes < LEAST_REPLY || bytes > MOST_REPLY) {
            throw new IllegalArgumentException("'" + text + "' is not between " + MemorySize.format(LEAST_REPLY)
                    + " and " + MemorySize.format(MOST_REPLY));
        }
        return (int) bytes;
    }

    private static String name(String text) {
        if (!text.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException("'" + text + "' is not a name of letters, digits, dots and dashes");
        }
        return text;
    }

    /** The server to warm up from once, without an L2; null if there is none. */
    @Nullable
    public L2Options prewarmLink() {
        return prewarmSource.contains("://") ? L2Options.of(prewarmSource) : null;
    }

    /** Whether there is an L2 from which keys are loaded before the first client comes. */
    public boolean warmsFromL2() {
        return link != null && prewarmKeys > 0 && !prewarmSource.equals("off");
    }

    /** How to reach L2; null without an L2. */
    @Nullable
    public L2Options link() {
        return link;
    }

    /** The database of L2 whose values are cached. */
    public int database() {
        int slash = uri.indexOf('/', uri.indexOf("://") + 3);
        if (slash < 0) {
            return 0;
        }
        String path = uri.substring(slash + 1).replaceAll("[?#].*", "");
        return path.matches("\\d{1,2}") ? Integer.parseInt(path) : 0;
    }
}
