package io.cachee.server.proxy;

import static io.cachee.server.metrics.MetricWriter.label;

import io.cachee.l2.L2Status;
import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WriteBehind;
import io.cachee.server.metrics.MetricWriter;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Prometheus metrics of L2 and of the keyspaces, labelled with their names in the configuration. */
final class L2Metrics {
    private final NearCache nearCache;
    private final MetricWriter out;
    private final List<Keyspace> keyspaces;

    L2Metrics(NearCache nearCache, MetricWriter out) {
        this.nearCache = nearCache;
        this.out = out;
        this.keyspaces = nearCache.keyspaces().all();
    }

    void write() {
        writeKeyspaces();
        writeLink(nearCache.l2().status());
        writeLoads();
        writeWritesBehind(nearCache.writeBehind());
    }

    private void writeKeyspaces() {
        each("hits", "Reads answered from L1.", KeyspaceCounter.HITS);
        each("misses", "Reads that L1 could not answer.", KeyspaceCounter.MISSES);
        each("loads", "Loads sent to L2.", KeyspaceCounter.LOADS);
        each("copy_loads", "Loads answered by a copy of a hot key.", KeyspaceCounter.COPY_LOADS);
        each("load_failures", "Loads that L2 did not answer.", KeyspaceCounter.LOAD_FAILURES);
        each("load_seconds", "Time that loads took, added up.", k -> k.sum(KeyspaceCounter.LOAD_MICROS) / 1e6);
        each("loaded_bytes", "Bytes of values loaded.", KeyspaceCounter.LOADED_BYTES);
        each("stale_served", "Values served although L2 did not vouch for them.", KeyspaceCounter.STALE_SERVED);
        each("negative_hits", "Reads answered from L1 with: no such key.", KeyspaceCounter.NEGATIVE_HITS);
        each("invalidations", "Keys that L2 reported as changed.", KeyspaceCounter.INVALIDATIONS);
        each("writes", "Writes of whole values by clients.", KeyspaceCounter.WRITES);
        each("refreshes", "Loads behind the clients' back.", KeyspaceCounter.REFRESHES);
        each("misses_held", "Readers who waited for another to write the key.", KeyspaceCounter.MISSES_HELD);
    }

    private void each(String what, String help, KeyspaceCounter counter) {
        each(what, help, keyspace -> keyspace.sum(counter));
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
        out.counter(
                "cachee_l2_out_of_step_total",
                "Connections ended because replies did not match requests.",
                totals.outOfStep());
        out.counter("cachee_l2_large_replies_total", "Replies that were larger than is taken.", totals.tooLarge());
        out.counter("cachee_l2_feed_losses_total", "How often reports of changes broke off.", totals.feedLosses());
        out.gauge("cachee_l2_breaker_open", "Nodes of L2 that are given time after failures.", open);
        out.gauge("cachee_invalidation_lag_seconds", "From a write in L2 to its report, as last probed.");
        if (status.lagNanos() >= 0) {
            out.sample("cachee_invalidation_lag_seconds", status.lagNanos() / 1e9);
        }
    }

    private void writeLoads() {
        out.gauge("cachee_loads_in_flight", "Loads on their way.", nearCache.loadsInFlight());
        out.gauge("cachee_loads_waiting", "Loads that wait for their turn.", nearCache.loadsWaiting());
        out.counter(
                "cachee_change_events_total",
                "Entries of cachee:events applied here.",
                nearCache.events().applied());
        out.counter(
                "cachee_change_events_rejected_total",
                "Such entries that made no sense.",
                nearCache.events().rejected());
        out.gauge(
                "cachee_change_events_waiting",
                "Such entries in L2, when last looked.",
                nearCache.events().waiting());
        out.counter("cachee_l1_flushes_total", "How often L1 forgot everything at once.", nearCache.flushes());
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
