package io.cachee.server.proxy;

import io.cachee.l2.L2Status;
import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WarmUp;
import io.cachee.nearcache.WriteBehind;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The section of INFO about L2. */
final class L2Info {
    private final StringBuilder text = new StringBuilder();

    private L2Info() {}

    static String of(BeforeL2 proxy) {
        L2Info info = new L2Info();
        NearCache tier = proxy.tier();
        L2Status status = tier.l2().status();
        info.put("l2_state", proxy.state());
        info.link(status);
        info.work(tier);
        info.warmUp(proxy.warmUp());
        tier.keyspaces().all().forEach(info::keyspace);
        return info.text.toString();
    }

    private L2Info put(String name, Object value) {
        text.append(line(name)).append(':').append(line(String.valueOf(value))).append("\r\n");
        return this;
    }

    /** Without what would end the line. */
    private static String line(String value) {
        return value.replaceAll("\\p{Cc}", "?");
    }

    private void link(L2Status status) {
        put("l2_nodes", status.nodes().size());
        for (int i = 0; i < status.nodes().size(); i++) {
            L2Status.Node node = status.nodes().get(i);
            put(
                    "l2_node" + i,
                    "name=" + node.name() + ",generation=" + node.generation() + ",breaker_open="
                            + (node.breakerOpen() ? 1 : 0) + ",in_flight=" + node.inFlight());
        }
        put("l2_connections", status.connections());
        put("l2_reconnects", status.totals().reconnects());
        put("l2_requests", status.totals().sent());
        put("l2_timeouts", status.totals().timeouts());
        put("l2_refused", status.totals().refused());
        put("l2_feed_losses", status.totals().feedLosses());
        put("l2_lag_usec", status.lagNanos() < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(status.lagNanos()));
    }

    private void work(NearCache tier) {
        WriteBehind behind = tier.writeBehind();
        put("l2_loads_in_flight", tier.loadsInFlight());
        put("l2_loads_waiting", tier.loadsWaiting());
        put("l2_misses_waiting", tier.missesWaiting());
        put("l2_l1_flushes", tier.flushes());
        put("l2_change_events", tier.events().applied());
        put("l2_change_events_rejected", tier.events().rejected());
        put("l2_change_events_waiting", tier.events().waiting());
        put("l2_write_behind_pending_keys", behind.pendingKeys());
        put("l2_write_behind_pending_bytes", behind.pendingBytes());
        put("l2_write_behind_retried", behind.retried());
    }

    private void warmUp(WarmUp.@org.jspecify.annotations.Nullable Result result) {
        if (result != null) {
            put("l2_prewarm_keys", result.loaded());
            put("l2_prewarm_wanted", result.wanted());
            put("l2_prewarm_millis", result.millis());
            put("l2_prewarm_problem", result.problem());
        }
    }

    private void keyspace(Keyspace keyspace) {
        KeyspacePolicy policy = keyspace.policy();
        put(
                "l2_keyspace_" + keyspace.name(),
                "write=" + word(policy.write()) + ",consistency=" + word(policy.consistency()) + ",ttl=" + policy.ttl()
                        + ",l1_ttl=" + policy.l1Ttl() + ",stale_if_error=" + policy.staleIfError() + ",soft_deadline="
                        + policy.softDeadline() + ",hits="
                        + keyspace.hits.sum() + ",misses=" + keyspace.misses.sum() + ",loads=" + keyspace.loads.sum()
                        + ",load_failures=" + keyspace.loadFailures.sum() + ",stale_served="
                        + keyspace.staleServed.sum());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
