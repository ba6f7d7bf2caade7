package io.cachee.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A primary, two replicas, and three sentinels that promote a replica when the primary is gone. */
public final class RedisSentinels implements AutoCloseable {
    /** The sentinels' name of the primary. */
    public static final String NAME = "primary";

    private static final int REPLICAS = 2;
    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;
    /** A sentinel first asks a new primary after a second; with less, it would take that one for dead at once. */
    private static final int DOWN_AFTER_MILLIS = 1_500;

    private static final int FAILOVER_TIMEOUT_MILLIS = 3_000;

    private final List<RedisServerProcess> servers = new ArrayList<>();
    private final List<RedisServerProcess> sentinels = new ArrayList<>();

    private RedisSentinels() {}

    public static RedisSentinels start(String... arguments) throws Exception {
        return start(RedisServerOptions.defaults().arguments(arguments));
    }

    /** Returns when every sentinel knows all others and both replicas. The options are those of the servers watched. */
    public static RedisSentinels start(RedisServerOptions each) throws Exception {
        RedisSentinels started = new RedisSentinels();
        try {
            started.startServers(each);
            started.startSentinels(each);
            return started;
        } catch (Exception | AssertionError failed) {
            started.close();
            throw failed;
        }
    }

    private void startServers(RedisServerOptions each) throws Exception {
        RedisServerOptions first = each.copy().arguments("--repl-diskless-sync-delay", "0");
        RedisServerProcess primary = RedisServerProcess.start(first);
        servers.add(primary);
        for (int i = 0; i < REPLICAS; i++) {
            RedisServerOptions copying =
                    first.copy().arguments("--replicaof", primary.host(), String.valueOf(primary.port()));
            servers.add(RedisServerProcess.start(copying));
        }
        Await.until("the replicas copy " + primary, () -> copies(primary) == REPLICAS);
    }

    private void startSentinels(RedisServerOptions each) throws Exception {
        RedisServerProcess primary = servers.getFirst();
        List<String> lines = new ArrayList<>();
        lines.add("sentinel monitor " + NAME + " " + primary.host() + " " + primary.port() + " " + QUORUM);
        lines.add("sentinel down-after-milliseconds " + NAME + " " + DOWN_AFTER_MILLIS);
        lines.add("sentinel failover-timeout " + NAME + " " + FAILOVER_TIMEOUT_MILLIS);
        if (!each.password.isEmpty()) {
            lines.add("sentinel auth-pass " + NAME + " " + each.password);
        }
        for (int i = 0; i < SENTINELS; i++) {
            RedisServerOptions own = RedisServerOptions.defaults();
            own.program = each.program;
            sentinels.add(RedisServerProcess.startSentinel(own, lines));
        }
        for (RedisServerProcess sentinel : sentinels) {
            Await.until(sentinel + " knows all others", () -> knowsAll(sentinel));
        }
    }

    private static boolean knowsAll(RedisServerProcess sentinel) throws IOException {
        Map<String, String> known = pairs(sentinel.call("SENTINEL", "MASTER", NAME));
        return "master".equals(known.get("flags"))
                && String.valueOf(REPLICAS).equals(known.get("num-slaves"))
                && String.valueOf(SENTINELS - 1).equals(known.get("num-other-sentinels"));
    }

    private static Map<String, String> pairs(RespValue reply) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i + 1 < reply.items().size(); i += 2) {
            pairs.put(reply.item(i).string(), reply.item(i + 1).string());
        }
        return pairs;
    }

    /** The number of replicas that have this server's data. */
    private static long copies(RedisServerProcess primary) throws IOException {
        String info = primary.call("INFO", "replication").string();
        return info.lines()
                .filter(line -> line.startsWith("slave") && line.contains("state=online"))
                .count();
    }

    /** The watched servers in the order of their start, whether they run or not. */
    public List<RedisServerProcess> servers() {
        return List.copyOf(servers);
    }

    public List<RedisServerProcess> sentinels() {
        return List.copyOf(sentinels);
    }

    /** The primary that all running sentinels name; null while they do not agree. */
    private @Nullable RedisServerProcess agreed() throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (RedisServerProcess sentinel : sentinels) {
            if (sentinel.isRunning()) {
                RespValue address = sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
                ports.add(Integer.parseInt(address.item(1).string()));
            }
        }
        return servers.stream()
                .filter(server -> !ports.isEmpty() && ports.stream().allMatch(port -> port == server.port()))
                .findFirst()
                .orElse(null);
    }

    /** The primary that the sentinels name. */
    public RedisServerProcess primary() throws Exception {
        Await.until("the sentinels agree", () -> agreed() != null);
        RedisServerProcess agreed = agreed();
        if (agreed == null) {
            throw new IllegalStateException("the sentinels no longer agree");
        }
        return agreed;
    }

    /** Kills the primary; returns the new one once the sentinels name it and all running servers copy it. */
    public RedisServerProcess failover() throws Exception {
        RedisServerProcess old = primary();
        old.stop();
        Await.until("a replica stands in for " + old, () -> {
            RedisServerProcess named = agreed();
            return named != null && named != old && isPrimary(named);
        });
        RedisServerProcess now = primary();
        Await.until("all copy " + now, () -> copies(now) == running() - 1);
        return now;
    }

    private static boolean isPrimary(RedisServerProcess server) throws IOException {
        return server.call("ROLE").item(0).string().equals("master");
    }

    private long running() {
        return servers.stream().filter(RedisServerProcess::isRunning).count();
    }

    /**
     * Starts a server again, and waits until the sentinels have made it a replica where it is not the primary. They
     * leave a former primary alone for about ten seconds first.
     */
    public void restart(RedisServerProcess server) throws Exception {
        server.restart();
        RedisServerProcess primary = primary();
        Await.until("all copy " + primary, () -> copies(primary) == running() - 1);
    }

    /** Kills sentinels and servers. */
    @Override
    public void close() {
        sentinels.forEach(RedisServerProcess::close);
        servers.forEach(RedisServerProcess::close);
    }
}
