package io.cachee.server.command;

import io.cachee.server.engine.ClientCounters;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.metrics.LatencyHistogram;
import io.cachee.server.metrics.ProcessFigures;
import io.cachee.server.metrics.Totals;
import io.cachee.store.StoreSettings;
import io.cachee.store.StoreStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The reply of INFO, in the sections and fields of Redis, so that its monitoring tools work here. */
final class InfoText {
    private static final Set<String> ON_DEMAND = Set.of("commandstats", "latencystats");

    private final SharedState shared;
    private @Nullable StoreStats store;

    InfoText(SharedState shared) {
        this.shared = shared;
    }

    /** The store's figures. They are summed over the whole store, so only sections that need them ask for them. */
    private StoreStats store() {
        StoreStats known = store;
        if (known == null) {
            known = shared.store.stats();
            store = known;
        }
        return known;
    }

    /** The wanted sections, or if none are named, all but the long ones. Only those are made: an event loop waits. */
    String sections(List<String> wanted) {
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        all.put("server", this::server);
        all.put("clients", this::clients);
        all.put("memory", this::memory);
        all.put("persistence", InfoText::persistence);
        all.put("stats", this::stats);
        all.put("replication", InfoText::replication);
        if (shared.routing().hasL2()) {
            all.put("l2", shared.routing()::info);
        }
        all.put("cpu", InfoText::cpu);
        all.put("modules", () -> "");
        all.put("commandstats", this::commandStats);
        all.put("errorstats", this::errorStats);
        all.put("latencystats", this::latencyStats);
        all.put("cluster", () -> "cluster_enabled:0\r\n");
        all.put("keyspace", this::keyspace);
        boolean everything = wanted.contains("all") || wanted.contains("everything");
        boolean usual = wanted.isEmpty() || wanted.contains("default");
        StringBuilder text = new StringBuilder();
        all.forEach((name, body) -> {
            if (everything || wanted.contains(name) || usual && !ON_DEMAND.contains(name)) {
                if (!text.isEmpty()) {
                    text.append("\r\n");
                }
                text.append("# ").append(title(name)).append("\r\n").append(body.get());
            }
        });
        return text.toString();
    }

    private static String persistence() {
        return new Fields()
                .put("loading", 0)
                .put("rdb_changes_since_last_save", 0)
                .put("rdb_bgsave_in_progress", 0)
                .put("aof_enabled", 0)
                .toString();
    }

    private static String replication() {
        return new Fields()
                .put("role", "master")
                .put("connected_slaves", 0)
                .put("master_repl_offset", 0)
                .toString();
    }

    private static String title(String name) {
        return name.equals("cpu") ? "CPU" : name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    /** Lines of {@code name:value}. */
    private static final class Fields {
        private final StringBuilder text = new StringBuilder();

        Fields put(String name, Object value) {
            text.append(name).append(':').append(value).append("\r\n");
            return this;
        }

        Fields bytes(String name, long value) {
            return put(name, value).put(name + "_human", human(value));
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    static String human(long bytes) {
        if (bytes < 1L << 10) {
            return bytes + "B";
        }
        if (bytes < 1L << 20) {
            return fixed(bytes / 1024.0, 2) + "K";
        }
        return bytes < 1L << 30
                ? fixed(bytes / (double) (1L << 20), 2) + "M"
                : fixed(bytes / (double) (1L << 30), 2) + "G";
    }

    /** Formats a positive number: the first use of {@code Formatter} or {@code BigDecimal} takes tens of ms. */
    private static String fixed(double value, int digits) {
        long scale = 1;
        for (int i = 0; i < digits; i++) {
            scale *= 10;
        }
        long scaled = Math.round(value * scale);
        String fraction = Long.toString(scale + scaled % scale).substring(1);
        return scaled / scale + "." + fraction;
    }

    private String server() {
        long uptime = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - shared.startedNanos);
        return new Fields()
                .put("redis_version", SidecarOptions.REDIS_VERSION)
                .put("redis_mode", "standalone")
                .put("cachee_version", shared.options.version())
                .put(
                        "os",
                        System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                                + System.getProperty("os.arch"))
                .put("arch_bits", 64)
                .put("multiplexing_api", shared.loopFigures().multiplexing())
                .put("process_id", ProcessHandle.current().pid())
                .put("run_id", shared.runId)
                .put("tcp_port", shared.options.port())
                .put("server_time_usec", System.currentTimeMillis() * 1_000)
                .put("uptime_in_seconds", uptime)
                .put("uptime_in_days", TimeUnit.SECONDS.toDays(uptime))
                .put("hz", 250)
                .put("io_threads_active", shared.loopFigures().used().getAsInt())
                .put("java_version", Runtime.version())
                .toString();
    }

    private String clients() {
        long pubSub = shared.clients.all().stream()
                .filter(s -> ClientTypes.typeOf(s).equals("pubsub"))
                .count();
        long blocked = shared.clients.all().stream().filter(Session::waitsInL2).count();
        long largestInput = shared.clients.all().stream()
                .mapToLong(s -> s.link.unreadBytes())
                .max()
                .orElse(0);
        long largestOutput = shared.clients.all().stream()
                .mapToLong(Session::unsentBytes)
                .max()
                .orElse(0);
        return new Fields()
                .put("connected_clients", shared.clients.count())
                .put("cluster_connections", 0)
                .put("maxclients", shared.tunables.maxClients())
                .put("client_recent_max_input_buffer", largestInput)
                .put("client_recent_max_output_buffer", largestOutput)
                .put("blocked_clients", blocked)
                .put("pubsub_clients", pubSub)
                .put("tracking_clients", shared.tracking.clients())
                .put("clients_in_timeout_table", 0)
                .toString();
    }

    private String memory() {
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory() - runtime.freeMemory();
        StoreSettings settings = shared.store.settings();
        long used = settings.maxBytes() < store().regionBytes() ? store().liveBytes() : usedBytes(store());
        long resident = ProcessFigures.residentBytes();
        return new Fields()
                .bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", store().regionBytes())
                .put("used_memory_overhead", store().indexBytes())
                .put("used_memory_dataset", store().liveBytes())
                .bytes("total_system_memory", ProcessFigures.totalBytes())
                .bytes("maxmemory", settings.maxBytes())
                .put("maxmemory_policy", settings.eviction().redisName())
                .put("mem_fragmentation_ratio", ratio(resident, store().regionBytes()))
                .put("mem_clients_normal", unsentBytes(shared))
                .put(
                        "cachee_client_requests_bytes",
                        shared.clientMemory().requestBytes().getAsLong())
                .put("cachee_client_requests_limit", shared.clientMemory().requestLimit())
                .put(
                        "cachee_client_replies_bytes",
                        shared.clientMemory().replyBytes().getAsLong())
                .put("cachee_client_replies_limit", shared.clientMemory().replyLimit())
                .put("mem_allocator", "region")
                .put("cachee_policy", settings.eviction().displayName())
                .put("cachee_entries", store().entries())
                .put("cachee_dead_bytes", store().deadBytes())
                .put("cachee_free_bytes", store().freeBytes())
                .put("cachee_heap_used", heap)
                .toString();
    }

    static long usedBytes(StoreStats store) {
        return store.regionBytes() - store.freeBytes();
    }

    static long unsentBytes(SharedState shared) {
        return shared.clients.all().stream().mapToLong(Session::unsentBytes).sum();
    }

    private static String ratio(long part, long whole) {
        return fixed(whole == 0 ? 0 : (double) part / whole, 2);
    }

    private String stats() {
        ClientCounters counters = shared.counters;
        Totals totals = shared.statistics.sinceReset();
        return new Fields()
                .put("total_connections_received", counters.connections.sum())
                .put("total_commands_processed", totals.commands())
                .put("instantaneous_ops_per_sec", shared.statistics.rates().operationsPerSecond())
                .put("total_net_input_bytes", totals.bytesIn())
                .put("total_net_output_bytes", totals.bytesOut())
                .put("rejected_connections", counters.rejectedConnections.sum())
                .put("sync_full", 0)
                .put("sync_partial_ok", 0)
                .put("sync_partial_err", 0)
                .put("expired_keys", store().expirations())
                .put("expired_stale_perc", "0.00")
                .put("expired_time_cap_reached_count", 0)
                .put("evicted_keys", store().evictions())
                .put("evicted_clients", 0)
                .put("keyspace_hits", totals.hits())
                .put("keyspace_misses", totals.misses())
                .put("pubsub_channels", shared.pubSub.channels())
                .put("pubsub_patterns", shared.pubSub.patterns())
                .put("latest_fork_usec", 0)
                .put("tracking_total_keys", shared.tracking.keys())
                .put("tracking_total_items", shared.tracking.items())
                .put("tracking_total_prefixes", shared.tracking.prefixes())
                .put("unexpected_error_replies", 0)
                .put("total_error_replies", shared.errors.total())
                .put("acl_access_denied_auth", counters.authFailures.sum())
                .put("acl_access_denied_cmd", counters.deniedCommands.sum())
                .put("acl_access_denied_key", counters.deniedKeys.sum())
                .put("acl_access_denied_channel", counters.deniedChannels.sum())
                .put("client_query_buffer_limit_disconnections", counters.queryLimitDisconnects.sum())
                .put("client_output_buffer_limit_disconnections", counters.outputLimitDisconnects.sum())
                .toString();
    }

    private static String cpu() {
        ProcessFigures.Cpu used = ProcessFigures.cpu();
        return new Fields()
                .put("used_cpu_sys", fixed(used.system(), 6))
                .put("used_cpu_user", fixed(used.user(), 6))
                .put("cachee_threads", ProcessFigures.threads())
                .toString();
    }

    private String commandStats() {
        StringBuilder text = new StringBuilder();
        for (Command command : shared.table.commands()) {
            long calls = 0;
            long nanos = 0;
            long rejected = 0;
            long failed = 0;
            for (CommandExecutor executor : shared.statistics.executors()) {
                calls += executor.stats.calls(command.number);
                nanos += executor.stats.nanos(command.number);
                rejected += executor.stats.rejectedCalls(command.number);
                failed += executor.stats.failedCalls(command.number);
            }
            if (calls + rejected > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "cmdstat_%s:calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d\r\n",
                        command.name,
                        calls,
                        nanos / 1_000,
                        calls == 0 ? 0 : nanos / 1e3 / calls,
                        rejected,
                        failed));
            }
        }
        return text.toString();
    }

    private String errorStats() {
        StringBuilder text = new StringBuilder();
        shared.errors
                .byCode()
                .forEach((code, count) -> text.append("errorstat_")
                        .append(code)
                        .append(":count=")
                        .append(count)
                        .append("\r\n"));
        return text.toString();
    }

    private String latencyStats() {
        StringBuilder text = new StringBuilder();
        for (Command.Group group : Command.Group.values()) {
            LatencyHistogram.Sum sum = shared.statistics.latency(group, null);
            if (sum.count() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "latency_percentiles_usec_%s:p50=%.3f,p99=%.3f,p99.9=%.3f\r\n",
                        group.label(),
                        sum.quantileNanos(0.5) / 1e3,
                        sum.quantileNanos(0.99) / 1e3,
                        sum.quantileNanos(0.999) / 1e3));
            }
        }
        return text.toString();
    }

    private String keyspace() {
        StringBuilder text = new StringBuilder();
        InfoKeyspaceSample sample = new InfoKeyspaceSample(shared);
        for (int i = 0; i < shared.databases.count(); i++) {
            long keys = sample.keys(i);
            if (keys > 0) {
                text.append("db")
                        .append(i)
                        .append(":keys=")
                        .append(keys)
                        .append(",expires=")
                        .append(sample.expires(i, keys))
                        .append(",avg_ttl=")
                        .append(sample.averageTtlMillis(i))
                        .append("\r\n");
            }
        }
        return text.toString();
    }
}
