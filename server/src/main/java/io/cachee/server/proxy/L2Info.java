package io.cachee.server.proxy;

import io.cachee.l2.L2Status;
import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.WarmUp;
import io.cachee.nearcache.WriteBehind;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The section of INFO about L2. */
final class L2Info {
    private final StringBuilder text = new StringBuilder();

    private L2Info() {}

    static String of(BeforeL2 proxy) {
        L2Info info = new L2Info();
        NearCache nearCache = proxy.nearCache();
        L2Status status = nearCache.l2().status();
        info.put("l2_state", proxy.state());
        info.link(status);
        info.work(nearCache);
        info.warmUp(proxy.warmUp());
        nearCache.keyspaces().all().forEach(info::keyspace);
        return info.text.toString();
    }

    private L2Info put(String name, Object value) {
        text.append(line(name)).append(':').append(line(String.valueOf(value))).append("\r\n");
        return this;
    }

    /** Replaces control characters, which could end the line. */
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
        put("l2_out_of_step", status.totals().outOfStep());
        put("l2_feed_losses", status.totals().feedLosses());
        put("l2_lag_usec", status.lagNanos() < 0 ? -1 : TimeUnit.NANOSECONDS.toMicros(status.lagNanos()));
    }

    private void work(NearCache nearCache) {
        WriteBehind behind = nearCache.writeBehind();
        put("l2_loads_in_flight", nearCache.loadsInFlight());
        put("l2_loads_waiting", nearCache.loadsWaiting());
        put("l2_misses_waiting", nearCache.missesWaiting());
        put("l2_l1_flushes", nearCache.flushes());
        put("l2_change_events", nearCache.events().applied());
        put("l2_change_events_rejected", nearCache.events().rejected());
        put("l2_change_events_waiting", nearCache.events().waiting());
        put("l2_write_behind_pending_keys", behind.pendingKeys());
        put("l2_write_behind_pending_bytes", behind.pendingBytes());
        put("l2_write_behind_retried", behind.retried());
    }

    private void warmUp(WarmUp.@Nullable Result result) {
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
                "write=" + word(policy.write()) + ",consistency=" + word(policy.consistency()) + ",ttl="
                        + policy.ttlMillis() + ",l1_ttl=" + policy.l1TtlMillis() + ",stale_if_error="
                        + policy.staleIfErrorMillis() + ",soft_deadline=" + policy.softDeadlineMillis() + ",hits="
                        + keyspace.sum(KeyspaceCounter.HITS) + ",misses=" + keyspace.sum(KeyspaceCounter.MISSES)
                        + ",loads=" + keyspace.sum(KeyspaceCounter.LOADS) + ",load_failures="
                        + keyspace.sum(KeyspaceCounter.LOAD_FAILURES) + ",stale_served="
                        + keyspace.sum(KeyspaceCounter.STALE_SERVED));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
