package io.cachee.l2;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URI of L2 in its parts, with the password from the options where one is set. Messages and {@code toString} leave
 * out the secrets.
 *
 * @param seeds the nodes it names; empty where sentinels know them
 * @param lettuceUris the same for Lettuce, which asks sentinels and cluster nodes
 * @param credentials null where none are needed
 */
record ServerUri(
        Kind kind,
        List<HostPort> seeds,
        List<RedisURI> lettuceUris,
        @Nullable Credentials credentials,
        int database,
        boolean tls,
        boolean verifiesPeer,
        boolean verifiesHost) {
    /** @param user {@code default} where the URI names none */
    record Credentials(String user, String password) {
        @Override
        public String toString() {
            return "Credentials[" + user + "]";
        }
    }

    enum Kind {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    private static final String CLUSTER = "-cluster";

    private static final String HOST = "(\\[[0-9a-fA-F:.%]+\\]|[^:/?#@,\\s\\[\\]]+)(:\\d{1,5})?";
    private static final Pattern FORM =
            Pattern.compile("[^:]+://(.*@)?" + HOST + "(," + HOST + ")*(?<path>/[^/?#@]*)?(\\?[^#@]*)?(#[^@]*)?");

    static ServerUri of(L2Options options) {
        String scheme = scheme(options.uri());
        Kind kind = switch (scheme) {
            case "redis", "rediss" -> Kind.SINGLE;
            case "redis-sentinel", "rediss-sentinel" -> Kind.SENTINEL;
            case "redis-cluster", "rediss-cluster" -> Kind.CLUSTER;
            default ->
                throw new IllegalArgumentException("the scheme '" + scheme
                        + "' is none of redis, rediss, redis-sentinel, rediss-sentinel, redis-cluster,"
                        + " rediss-cluster");
        };
        List<RedisURI> uris = parse(options.uri(), scheme, kind);
        Duration timeout = Duration.ofMillis(options.connectMillis());
        for (RedisURI uri : uris) {
            uri.setTimeout(timeout);
            uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(timeout));
        }
        RedisURI first = uris.getFirst();
        String user = part(options.uri(), true);
        String password = options.password() == null ? part(options.uri(), false) : options.password();
        if (user != null && password == null) {
            throw new IllegalArgumentException("a user needs a password");
        }
        if (password != null) {
            authenticate(uris, user, password);
        }
        List<HostPort> seeds = new ArrayList<>();
        if (kind != Kind.SENTINEL) {
            uris.forEach(uri -> seeds.add(new HostPort(uri.getHost(), uri.getPort())));
        }
        return new ServerUri(
                kind,
                List.copyOf(seeds),
                List.copyOf(uris),
                password == null ? null : new Credentials(user == null ? "default" : user, password),
                first.getDatabase(),
                first.isSsl(),
                first.isVerifyPeer(),
                first.getVerifyMode() == SslVerifyMode.FULL);
    }

    private static String scheme(String uri) {
        int end = uri.indexOf("://");
        if (end < 0) {
            throw new IllegalArgumentException("the address of L2 is no URI: it has no scheme");
        }
        return uri.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /** Lettuce's own messages would show the URI, and with it the password. */
    private static List<RedisURI> parse(String text, String scheme, Kind kind) {
        try {
            Matcher form = FORM.matcher(text);
            boolean hasDatabase = form.matches()
                    && !List.of("", "/", "/0").contains(Objects.requireNonNullElse(form.group("path"), ""));
            if (!form.matches() || (kind == Kind.CLUSTER && hasDatabase)) {
                throw unreadable(scheme);
            }
            if (kind == Kind.CLUSTER) {
                String plain = scheme.replace(CLUSTER, "") + text.substring(scheme.length());
                return RedisClusterURIUtil.toRedisURIs(URI.create(plain));
            }
            RedisURI uri = RedisURI.create(text);
            boolean isComplete = kind == Kind.SENTINEL
                    ? !uri.getSentinels().isEmpty() && uri.getSentinelMasterId() != null
                    : uri.getHost() != null;
            if (!isComplete) {
                throw new IllegalArgumentException("no host, or no name of the primary");
            }
            return List.of(uri);
        } catch (RuntimeException e) {
            throw unreadable(scheme);
        }
    }

    private static IllegalArgumentException unreadable(String scheme) {
        String form = scheme.contains("sentinel")
                ? "://[user:password@]host[:port][,host[:port]...][/database]#name-of-the-primary"
                : scheme.contains(CLUSTER)
                        ? "://[user:password@]host[:port][,host[:port]...]"
                        : "://[user:password@]host[:port][/database]";
        return new IllegalArgumentException("the address of L2 cannot be read; it has the form " + scheme + form);
    }

    /**
     * Parses the credentials a second time: Lettuce returns them only through Reactor, and to compile against Reactor
     * takes annotations that are not on the class path.
     */
    private static @Nullable String part(String uri, boolean isUser) {
        int from = uri.indexOf("://") + 3;
        int to = uri.lastIndexOf('@');
        if (to < from) {
            return null;
        }
        String both = uri.substring(from, to);
        int colon = both.indexOf(':');
        String part = isUser ? both.substring(0, Math.max(0, colon)) : both.substring(colon + 1);
        return part.isEmpty() ? null : URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void authenticate(List<RedisURI> uris, @Nullable String user, String password) {
        for (RedisURI uri : uris) {
            if (user == null) {
                uri.setAuthentication(password.toCharArray());
            } else {
                uri.setAuthentication(user, password.toCharArray());
            }
        }
    }

    /** What to call the node before its address is known. */
    String name() {
        return seeds.isEmpty()
                ? String.valueOf(lettuceUris.getFirst().getSentinelMasterId())
                : seeds.getFirst().toString();
    }

    @Override
    public String toString() {
        return kind + " at " + name();
    }
}
