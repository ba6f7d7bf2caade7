package io.cachee.l2;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks sentinels and clusters for the addresses of nodes, through Lettuce. Its calls block. Lettuce and its threads
 * start with the first call, so a single server needs neither.
 */
final class Topology {
    /**
     * The slots of one node.
     *
     * @param replicas those of the primary
     */
    record SlotRange(int first, int last, HostPort primary, List<HostPort> replicas) {}

    /** A primary and the replicas that the sentinels report as healthy. */
    record Group(HostPort primary, List<HostPort> replicas) {}

    private static final int LEAST_THREADS = 2;
    private static final int CLOSE_SECONDS = 5;

    private final L2Options options;
    private final ServerUri server;
    private @Nullable ClientResources resources;
    private @Nullable RedisClient client;
    private boolean closed;

    Topology(L2Options options, ServerUri server) {
        this.options = options;
        this.server = server;
    }

    private synchronized RedisClient client() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        RedisClient made = client;
        if (made == null) {
            ClientResources threads = ClientResources.builder()
                    .ioThreadPoolSize(LEAST_THREADS)
                    .computationThreadPoolSize(LEAST_THREADS)
                    .build();
            resources = threads;
            made = RedisClient.create(threads);
            made.setOptions(clientOptions());
            client = made;
        }
        return made;
    }

    private ClientOptions clientOptions() {
        Duration timeout = Duration.ofMillis(options.connectMillis());
        ClientOptions.Builder builder = ClientOptions.builder()
                .autoReconnect(false)
                .socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
                // Every call has its own timeout. A timeout set here would need SLF4J.
                .timeoutOptions(TimeoutOptions.create());
        SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
        Path authorities = options.authorities();
        if (authorities != null) {
            tls.trustManager(authorities.toFile());
        }
        Path certificate = options.certificate();
        Path key = options.key();
        if (certificate != null && key != null) {
            tls.keyManager(certificate.toFile(), key.toFile(), new char[0]);
        }
        return builder.sslOptions(tls.build()).build();
    }

    /** Asks the sentinels in turn until one answers. */
    Group group() throws IOException {
        RedisURI uri = server.lettuceUris().getFirst();
        String name = uri.getSentinelMasterId();
        try (StatefulRedisSentinelConnection<String, String> sentinel = client().connectSentinel(uri)) {
            if (!(sentinel.sync().getMasterAddrByName(name) instanceof InetSocketAddress address)) {
                throw new IOException("the sentinels know no primary of the name " + name);
            }
            HostPort primary = new HostPort(address.getHostString(), address.getPort());
            List<HostPort> replicas = new ArrayList<>();
            if (options.readFromReplicas()) {
                for (Map<String, String> replica : sentinel.sync().replicas(name)) {
                    if ("slave".equals(replica.get("flags")) && "ok".equals(replica.get("master-link-status"))) {
                        replicas.add(new HostPort(
                                replica.getOrDefault("ip", ""), Integer.parseInt(replica.getOrDefault("port", "0"))));
                    }
                }
            }
            return new Group(primary, replicas);
        }
    }

    /** Asks these nodes of a cluster in turn until one answers. */
    List<SlotRange> slots(List<HostPort> nodes) throws IOException {
        IOException failure = new IOException("no node of the cluster is known");
        for (HostPort node : nodes) {
            try {
                List<SlotRange> ranges = slots(node);
                if (!ranges.isEmpty()) {
                    return ranges;
                }
                failure = new IOException(node + " knows of no slots");
            } catch (RuntimeException e) {
                failure = new IOException(node + ": " + FailureText.of(e), e);
            }
        }
        throw failure;
    }

    private List<SlotRange> slots(HostPort node) throws IOException {
        RedisURI uri = RedisURI.builder(server.lettuceUris().getFirst())
                .withHost(node.host())
                .withPort(node.port())
                .build();
        try (StatefulRedisConnection<String, String> connection = client().connect(uri)) {
            List<SlotRange> ranges = new ArrayList<>();
            for (Object range : connection.sync().clusterSlots()) {
                List<?> parts = (List<?>) range;
                List<HostPort> nodes = new ArrayList<>();
                for (Object part : parts.subList(2, parts.size())) {
                    nodes.add(address((List<?>) part, node));
                }
                ranges.add(new SlotRange(
                        ((Long) parts.get(0)).intValue(),
                        ((Long) parts.get(1)).intValue(),
                        nodes.getFirst(),
                        List.copyOf(nodes.subList(1, nodes.size()))));
            }
            return ranges;
        }
    }

    /** A node that does not know its own address has the one at which it was asked. */
    private static HostPort address(List<?> node, HostPort asked) {
        Object host = node.get(0);
        boolean isKnown = host instanceof String name && !name.isEmpty() && !name.equals("?");
        return new HostPort(isKnown ? String.valueOf(host) : asked.host(), ((Long) node.get(1)).intValue());
    }

    /** Returns when Lettuce's threads have ended, or after a timeout. */
    synchronized void close() {
        closed = true;
        RedisClient made = client;
        if (made != null) {
            made.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS);
        }
        ClientResources threads = resources;
        if (threads != null) {
            threads.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
