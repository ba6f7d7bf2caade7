package io.cachee.server.admin;

import static io.cachee.server.metrics.MetricWriter.label;

import io.cachee.server.engine.ClientCounters;
import io.cachee.server.engine.ClientMemory;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandExecutor;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.cachee.server.metrics.LatencyHistogram;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.metrics.Totals;
import io.cachee.store.StoreStats;
import java.util.Map;

/** The sidecar's metrics for Prometheus. Their names are fixed, because dashboards use them. */
public final class SidecarMetrics {
    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999};
    private static final double[] BOUNDS_SECONDS = {
        2.5e-7, 5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 2.5e-2, 0.1, 1
    };

    private final SharedState shared;
    private final MetricWriter out;

    public SidecarMetrics(SharedState shared, MetricWriter out) {
        this.shared = shared;
        this.out = out;
    }

    /** Writes all of them. */
    public void write() {
        StoreStats store = shared.store.stats();
        Totals totals = shared.statistics.sinceStart();
        writeCache(store, totals);
        writeMemory(store);
        writeLatency();
        writeClients();
        writeCommands();
        writeTraffic(totals);
        writeLoops();
        writeClientMemory();
        writeReloads();
        shared.routing().writeMetrics(out);
    }

    private void writeReloads() {
        ClientCounters counters = shared.counters;
        out.counter(
                "cachee_config_reloads_total",
                "How often the configuration file changed and was taken over.",
                counters.configReloads.sum());
        out.counter(
                "cachee_config_reload_errors_total",
                "How often it changed and could not be used.",
                counters.configReloadErrors.sum());
    }

    private void writeCache(StoreStats store, Totals totals) {
        long lookups = totals.hits() + totals.misses();
        out.counter("cachee_hits_total", "Reads that found a value.", totals.hits());
        out.counter("cachee_misses_total", "Reads that found none.", totals.misses());
        out.gauge(
                "cachee_hit_rate",
                "Share of reads since the start that found a value.",
                lookups == 0 ? 0 : (double) totals.hits() / lookups);
        out.gauge("cachee_entries", "Entries held.", store.entries());
        out.counter("cachee_evictions_total", "Entries evicted to make room.", store.evictions());
        String byReason = "cachee_evictions_by_reason_total";
        out.counter(byReason, "Entries evicted to make room, by what they were.")
                .sample(byReason, store.evictedOnProbation(), label("reason", "probation"))
                .sample(byReason, store.evictedFromMain(), label("reason", "main"))
                .sample(byReason, store.evictedUnderPressure(), label("reason", "pressure"))
                .sample(byReason, store.evictedForIndex(), label("reason", "index"));
        out.counter("cachee_expirations_total", "Entries removed because their time was up.", store.expirations());
        String refused = "cachee_refused_writes_total";
        out.counter(refused, "Values not stored, by reason.")
                .sample(refused, store.refusedAdmissions(), label("reason", "not_admitted"))
                .sample(refused, store.refusedForSpace(), label("reason", "no_space"));
    }

    private void writeMemory(StoreStats store) {
        out.gauge(
                "cachee_memory_bytes",
                "Bytes of the store in use: entries, index and tables.",
                store.regionBytes() - store.freeBytes());
        out.gauge("cachee_memory_limit_bytes", "The size of the store.", store.regionBytes());
        out.gauge(
                "cachee_maxmemory_bytes",
                "What CONFIG SET maxmemory lets entries take; the size of the store if it was not used.",
                shared.store.settings().maxBytes());
        out.gauge("cachee_memory_live_bytes", "Bytes of entries in use.", store.liveBytes());
        out.gauge(
                "cachee_memory_dead_bytes", "Bytes of entries replaced or removed, not yet reused.", store.deadBytes());
        out.gauge("cachee_memory_index_bytes", "Bytes of the index.", store.indexBytes());
    }

    private void writeLatency() {
        LatencyHistogram.Sum all = shared.statistics.latency(null, null);
        String name = "cachee_latency_seconds";
        out.summary(name, "Time from a request that was read to its reply, in the sidecar.");
        for (double quantile : QUANTILES) {
            out.sample(name, all.quantileNanos(quantile) / 1e9, label("quantile", Double.toString(quantile)));
        }
        out.sample(name + "_sum", all.nanos() / 1e9);
        out.sample(name + "_count", all.count());
        String histogram = "cachee_command_duration_seconds";
        out.histogram(histogram, "The same, by class of command and transport.");
        for (Command.Group group : Command.Group.values()) {
            for (Transport transport : Transport.values()) {
                writeHistogram(histogram, group, transport);
            }
        }
    }

    private void writeHistogram(String name, Command.Group group, Transport transport) {
        LatencyHistogram.Sum sum = shared.statistics.latency(group, transport);
        String[] labels = {label("class", group.label()), label("transport", transport.label())};
        for (double bound : BOUNDS_SECONDS) {
            out.sample(
                    name + "_bucket",
                    sum.countUpTo((long) (bound * 1e9)),
                    labels[0],
                    labels[1],
                    label("le", Double.toString(bound)));
        }
        out.sample(name + "_bucket", sum.count(), labels[0], labels[1], label("le", "+Inf"));
        out.sample(name + "_sum", sum.nanos() / 1e9, labels);
        out.sample(name + "_count", sum.count(), labels);
    }

    private void writeClients() {
        ClientCounters counters = shared.counters;
        out.gauge("cachee_connected_clients", "Clients connected.", shared.clients.count());
        out.gauge("cachee_max_clients", "Clients that may be connected.", shared.tunables.maxClients());
        out.gauge("cachee_tracking_clients", "Clients that keep copies.", shared.tracking.clients());
        out.gauge("cachee_tracked_keys", "Keys of which clients keep copies.", shared.tracking.keys());
        out.gauge("cachee_pubsub_channels", "Channels with subscribers.", shared.pubSub.channels());
        out.gauge("cachee_pubsub_patterns", "Patterns with subscribers.", shared.pubSub.patterns());
        out.gauge("cachee_unsent_bytes", "Replies that clients have not taken yet.", unsentBytes());
        out.gauge("cachee_unread_bytes", "Bytes of requests that are not complete.", unreadBytes());
        out.counter("cachee_connections_total", "Connections accepted.", counters.connections.sum());
        String rejected = "cachee_rejected_connections_total";
        out.counter(rejected, "Connections refused, by reason.")
                .sample(rejected, counters.rejectedConnections.sum(), label("reason", "maxclients"))
                .sample(rejected, counters.deniedConnections.sum(), label("reason", "protected_mode"))
                .sample(rejected, counters.acceptFailures.sum(), label("reason", "file_descriptors"))
                .sample(rejected, counters.handshakeFailures.sum(), label("reason", "tls_handshake"));
        String disconnects = "cachee_disconnects_total";
        out.counter(disconnects, "Clients disconnected by the sidecar, by reason.")
                .sample(disconnects, counters.outputLimitDisconnects.sum(), label("reason", "output_limit"))
                .sample(disconnects, counters.queryLimitDisconnects.sum(), label("reason", "query_limit"))
                .sample(disconnects, counters.bufferTotalDisconnects.sum(), label("reason", "buffer_total"))
                .sample(disconnects, counters.protocolErrors.sum(), label("reason", "protocol"))
                .sample(disconnects, counters.idleDisconnects.sum(), label("reason", "idle"))
                .sample(disconnects, counters.outOfMemory.sum(), label("reason", "out_of_memory"));
        out.counter("cachee_auth_failures_total", "Wrong passwords.", counters.authFailures.sum());
        out.counter("cachee_denied_commands_total", "Commands that users' rules refused.", counters.denials());
        out.counter(
                "cachee_delayed_logins_total", "Attempts to log in that had to wait.", counters.delayedLogins.sum());
        out.counter(
                "cachee_refused_logins_total",
                "Attempts to log in that were refused unseen, because too many wrong passwords were tried.",
                counters.refusedLogins.sum());
        out.counter(
                "cachee_command_slices_total",
                "Parts of long commands, between which other clients were served.",
                counters.slices.sum());
        out.counter(
                "cachee_invalidations_total", "Messages to clients that keep copies.", counters.invalidations.sum());
    }

    private long unsentBytes() {
        return shared.clients.all().stream().mapToLong(Session::unsentBytes).sum();
    }

    private long unreadBytes() {
        return shared.clients.all().stream()
                .mapToLong(s -> s.link.unreadBytes())
                .sum();
    }

    private void writeCommands() {
        String calls = "cachee_commands_total";
        out.counter(calls, "Commands run, by name.");
        for (Command command : shared.table.commands()) {
            long count = 0;
            for (CommandExecutor executor : shared.statistics.executors()) {
                count += executor.stats.calls(command.number);
            }
            if (count > 0) {
                out.sample(calls, count, label("command", command.name));
            }
        }
        String errors = "cachee_errors_total";
        out.counter(errors, "Errors replied, by code.");
        for (Map.Entry<String, Long> entry : shared.errors.byCode().entrySet()) {
            out.sample(errors, entry.getValue(), label("code", entry.getKey()));
        }
        out.gauge("cachee_slowlog_length", "Commands in the slow log.", shared.slowLog.length());
    }

    private void writeTraffic(Totals totals) {
        String bytes = "cachee_network_bytes_total";
        out.counter(bytes, "Bytes of requests and replies.")
                .sample(bytes, totals.bytesIn(), label("direction", "in"))
                .sample(bytes, totals.bytesOut(), label("direction", "out"));
    }

    private void writeClientMemory() {
        ClientMemory memory = shared.clientMemory();
        String bytes = "cachee_client_memory_bytes";
        out.gauge(bytes, "Memory beside the store that clients take.")
                .sample(bytes, memory.requestBytes().getAsLong(), label("kind", "requests"))
                .sample(bytes, memory.replyBytes().getAsLong(), label("kind", "replies"));
        String limit = "cachee_client_memory_limit_bytes";
        out.gauge(limit, "How much of it they may take together.")
                .sample(limit, memory.requestLimit(), label("kind", "requests"))
                .sample(limit, memory.replyLimit(), label("kind", "replies"));
    }

    private void writeLoops() {
        out.gauge(
                "cachee_event_loops",
                "Event loops in use.",
                shared.loopFigures().used().getAsInt());
        out.counter(
                "cachee_event_loop_busy_poll_seconds_total",
                "Time in which event loops looked for requests instead of sleeping.",
                shared.loopFigures().busyPollNanos().getAsLong() / 1e9);
    }
}
