package io.cachee.l2;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a URI says, and the password that may stand beside it. Secrets are in no message and in no {@code toString}.
 *
 * @param seeds where nodes are; empty where sentinels are asked
 * @param uris the same as Lettuce has it, to ask sentinels or nodes of a cluster
 * @param user null for the default one
 * @param password null when nobody asks for it
 */
record Target(
        Kind kind,
        List<HostPort> seeds,
        List<RedisURI> uris,
        @Nullable String user,
        @Nullable String password,
        int database,
        boolean tls,
        boolean verifiesPeer,
        boolean verifiesHost) {
    enum Kind {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    private static final String CLUSTER = "-cluster";

    static Target of(L2Options options) {
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
        RedisURI first = uris.getFirst();
        RedisCredentials credentials = credentials(first.getCredentialsProvider());
        String user = credentials == null ? null : credentials.getUsername();
        String password = options.password();
        char[] inUri = credentials == null ? null : credentials.getPassword();
        if (password == null && inUri != null && inUri.length > 0) {
            password = String.valueOf(inUri);
        }
        if (user != null && password == null) {
            throw new IllegalArgumentException("a user needs a password");
        }
        if (options.password() != null) {
            authenticate(uris, user, options.password());
        }
        if (kind == Kind.CLUSTER && first.getDatabase() != 0) {
            throw new IllegalArgumentException("a cluster has no database " + first.getDatabase());
        }
        List<HostPort> seeds = new ArrayList<>();
        if (kind != Kind.SENTINEL) {
            uris.forEach(uri -> seeds.add(new HostPort(uri.getHost(), uri.getPort())));
        }
        return new Target(
                kind,
                List.copyOf(seeds),
                List.copyOf(uris),
                user,
                password,
                first.getDatabase(),
                first.isSsl(),
                first.isVerifyPeer(),
                first.getVerifyMode() == io.lettuce.core.SslVerifyMode.FULL);
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
                ? "://[user:password@]host:port[,host:port...][/database]#name-of-the-primary"
                : "://[user:password@]host[:port][/database]";
        return new IllegalArgumentException("the address of L2 cannot be read; it has the form " + scheme + form);
    }

    private static @Nullable RedisCredentials credentials(@Nullable RedisCredentialsProvider provider) {
        return provider instanceof StaticCredentialsProvider fixed ? fixed.resolveCredentialsNow() : null;
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

    /** What to call it as long as no more is known. */
    String name() {
        return seeds.isEmpty()
                ? String.valueOf(uris.getFirst().getSentinelMasterId())
                : seeds.getFirst().toString();
    }

    @Override
    public String toString() {
        return kind + " at " + name();
    }
}
