package io.cachee.server.proxy;

import static io.cachee.server.metrics.MetricWriter.label;

import io.cachee.l2.L2Status;
import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WriteBehind;
import io.cachee.server.metrics.MetricWriter;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What is told to Prometheus of L2 and of the keyspaces. Their names are those of the configuration. */
final class L2Metrics {
    private final NearCache tier;
    private final MetricWriter out;
    private final List<Keyspace> keyspaces;

    L2Metrics(NearCache tier, MetricWriter out) {
        this.tier = tier;
        this.out = out;
        this.keyspaces = tier.keyspaces().all();
    }

    void write() {
        writeKeyspaces();
        writeLink(tier.l2().status());
        writeLoads();
        writeWritesBehind(tier.writeBehind());
    }

    private void writeKeyspaces() {
        each("hits", "Reads answered from L1.", k -> k.hits.sum());
        each("misses", "Reads that L1 could not answer.", k -> k.misses.sum());
        each("loads", "Loads sent to L2.", k -> k.loads.sum());
        each("copy_loads", "Loads answered by a copy of a hot key.", k -> k.copyLoads.sum());
        each("load_failures", "Loads that L2 did not answer.", k -> k.loadFailures.sum());
        each("load_seconds", "Time that loads took, added up.", k -> k.loadMicros.sum() / 1e6);
        each("loaded_bytes", "Bytes of values loaded.", k -> k.loadedBytes.sum());
        each("stale_served", "Values served although L2 did not vouch for them.", k -> k.staleServed.sum());
        each("negative_hits", "Reads answered from L1 with: no such key.", k -> k.negativeHits.sum());
        each("invalidations", "Keys that L2 reported as changed.", k -> k.invalidations.sum());
        each("writes", "Writes of whole values by clients.", k -> k.writes.sum());
        each("refreshes", "Loads behind the clients' back.", k -> k.refreshes.sum());
        each("misses_held", "Readers who waited for another to write the key.", k -> k.missesHeld.sum());
    }

    private void each(String what, String help, ToDoubleFunction<Keyspace> count) {
        String name = "cachee_keyspace_" + what + "_total";
        out.counter(name, help);
        for (Keyspace keyspace : keyspaces) {
            out.sample(name, count.applyAsDouble(keyspace), label("keyspace", keyspace.name()));
        }
    }

    private void writeLink(L2Status status) {
        L2Status.Totals totals = status.totals();
        long open = status.nodes().stream().filter(L2Status.Node::breakerOpen).count();
        out.gauge("cachee_l2_up", "Whether all known nodes of L2 report changes.", status.isCoherent() ? 1 : 0);
        out.gauge("cachee_l2_connections", "Connections to L2.", status.connections());
        out.counter("cachee_l2_reconnects_total", "Connections made again.", totals.reconnects());
        out.counter("cachee_l2_requests_total", "Requests sent to L2.", totals.sent());
        out.counter("cachee_l2_timeouts_total", "Requests that were not answered in time.", totals.timeouts());
        out.counter("cachee_l2_refused_total", "Requests refused for want of a connection or room.", totals.refused());
        out.counter("cachee_l2_large_replies_total", "Replies that were larger than is taken.", totals.tooLarge());
        out.counter("cachee_l2_feed_losses_total", "How often reports of changes broke off.", totals.feedLosses());
        out.gauge("cachee_l2_breaker_open", "Nodes of L2 that are given time after failures.", open);
        out.gauge("cachee_invalidation_lag_seconds", "From a write in L2 to its report, as last probed.");
        if (status.lagNanos() >= 0) {
            out.sample("cachee_invalidation_lag_seconds", status.lagNanos() / 1e9);
        }
    }

    private void writeLoads() {
        out.gauge("cachee_loads_in_flight", "Loads on their way.", tier.loadsInFlight());
        out.gauge("cachee_loads_waiting", "Loads that wait for their turn.", tier.loadsWaiting());
        out.counter(
                "cachee_change_events_total",
                "Entries of cachee:events applied here.",
                tier.events().applied());
        out.counter(
                "cachee_change_events_rejected_total",
                "Such entries that made no sense.",
                tier.events().rejected());
        out.gauge(
                "cachee_change_events_waiting",
                "Such entries in L2, when last looked.",
                tier.events().waiting());
        out.counter("cachee_l1_flushes_total", "How often L1 forgot everything at once.", tier.flushes());
    }

    private void writeWritesBehind(WriteBehind behind) {
        String name = "cachee_write_behind_";
        out.gauge(name + "pending_keys", "Keys whose last write a crash would lose.", behind.pendingKeys());
        out.gauge(name + "pending_bytes", "Bytes that a crash would lose.", behind.pendingBytes());
        out.counter(name + "written_total", "Writes that reached L2 later.", behind.written());
        out.counter(name + "coalesced_total", "Writes that a later one made needless.", behind.coalesced());
        out.counter(name + "retried_total", "Writes that had to be sent again.", behind.retried());
    }
}
