package io.cachee.server.cli;

import io.cachee.server.config.MemorySize;
import io.cachee.server.load.ServerInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The part of the report about L2 and the keyspaces. It is empty for a server without an L2. */
final class L2Report {
    private static final long LONG_LAG_MICROS = 100_000;
    private static final long MANY_PENDING = 1_000;
    private static final long ENOUGH_READS = 1_000;
    private static final double LOW_HIT_RATE = 0.5;
    private static final String COHERENT = "coherent";

    /** A keyspace with its fields in INFO. */
    private record Keyspace(String name, Map<String, String> fields) {
        long number(String field) {
            String text = fields.getOrDefault(field, "");
            return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
        }

        String text(String field) {
            return fields.getOrDefault(field, "");
        }

        long reads() {
            return number("hits") + number("misses");
        }

        double hitRate() {
            return (double) number("hits") / reads();
        }
    }

    private final ServerInfo info;
    private final List<Keyspace> keyspaces = new ArrayList<>();

    L2Report(ServerInfo info) {
        this.info = info;
        info.fieldsOf("l2_keyspace_").forEach((name, value) -> {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String pair : value.split(",", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    fields.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            keyspaces.add(new Keyspace(HealthReport.shown(name), fields));
        });
    }

    boolean isEmpty() {
        return state().isEmpty();
    }

    private String state() {
        return HealthReport.shownLine(info.text("l2_state"));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(state().equals(COHERENT) ? "there, and coherent" : "not coherent: " + state());
        for (int i = 0; i < info.number("l2_nodes"); i++) {
            lines.add("node " + HealthReport.shownLine(info.text("l2_node" + i)));
        }
        lines.add(count("l2_connections") + " connections, " + count("l2_reconnects") + " made again, feed lost "
                + count("l2_feed_losses") + " times");
        lines.add(count("l2_requests") + " requests, " + count("l2_timeouts") + " not answered in time, "
                + count("l2_refused") + " refused");
        long lag = info.text("l2_lag_usec").isEmpty() ? -1 : info.number("l2_lag_usec");
        lines.add(lag < 0 ? "invalidation lag not probed yet" : "invalidation lag " + millis(lag));
        lines.add(count("l2_loads_in_flight") + " loads on their way, " + count("l2_loads_waiting") + " wait; "
                + grouped(sum("load_failures")) + " failed; " + grouped(sum("stale_served")) + " stale values served");
        lines.add(pending());
        lines.add(changes());
        lines.add(warmUp());
        keyspaces.forEach(keyspace -> lines.add(line(keyspace)));
        return lines;
    }

    private String pending() {
        long keys = info.number("l2_write_behind_pending_keys");
        return keys == 0
                ? "write-behind: nothing is pending"
                : "write-behind: " + grouped(keys) + " keys, "
                        + MemorySize.format(info.number("l2_write_behind_pending_bytes"))
                        + ", are pending: a crash would lose them";
    }

    private String changes() {
        return count("l2_change_events") + " changes of the database applied, " + count("l2_change_events_waiting")
                + " wait in L2, " + count("l2_change_events_rejected") + " not understood";
    }

    private String warmUp() {
        if (info.text("l2_prewarm_wanted").isEmpty()) {
            return "not warmed up";
        }
        String problem = HealthReport.shownLine(info.text("l2_prewarm_problem"));
        return "warmed " + count("l2_prewarm_keys") + " of " + count("l2_prewarm_wanted") + " keys in "
                + count("l2_prewarm_millis") + " ms" + (problem.isEmpty() ? "" : ": " + problem);
    }

    private static String line(Keyspace keyspace) {
        return "keyspace " + keyspace.name() + ": write " + keyspace.text("write") + ", "
                + keyspace.text("consistency") + ", in L1 for " + keyspace.text("l1_ttl") + " ms, stale for "
                + keyspace.text("stale_if_error") + " ms; " + grouped(keyspace.reads()) + " reads"
                + (keyspace.reads() == 0 ? "" : ", " + percent(keyspace.hitRate()) + " found in L1");
    }

    // ---------------------------------------------------------------- advice

    List<String> advice() {
        List<String> advice = new ArrayList<>();
        if (isEmpty()) {
            return advice;
        }
        if (!state().equals(COHERENT)) {
            advice.add("L2 is not coherent (" + state() + "). Until it is, what L1 holds is served for stale-if-error"
                    + " at most, and all else is an error. Look whether L2 runs, and whether --l2 and its password are"
                    + " right.");
        }
        if (info.number("l2_lag_usec") > LONG_LAG_MICROS) {
            advice.add("Changes in L2 are heard of after " + millis(info.number("l2_lag_usec"))
                    + ": L2, the network or this sidecar has more to do than it can.");
        }
        if (info.number("l2_change_events_rejected") > 0) {
            advice.add("Somebody adds entries to cachee:events that name no key, prefix or keyspace: what they were to"
                    + " outdate is still served. The log names them.");
        }
        adviseOnLoads(advice);
        adviseOnWrites(advice);
        if (!info.text("l2_prewarm_problem").isEmpty()) {
            advice.add("The warm-up did not get far: " + HealthReport.shownLine(info.text("l2_prewarm_problem"))
                    + ". Give it more --prewarm-timeout, or fewer --prewarm-keys.");
        }
        for (Keyspace keyspace : keyspaces) {
            if (keyspace.reads() >= ENOUGH_READS && keyspace.hitRate() < LOW_HIT_RATE) {
                advice.add("Keyspace " + keyspace.name() + ": L1 answers only " + percent(keyspace.hitRate())
                        + " of its reads. A longer l1-ttl helps where values expire, more --max-memory where they are"
                        + " evicted; where they change all the time, nothing does.");
            }
        }
        return advice;
    }

    private void adviseOnLoads(List<String> advice) {
        if (sum("load_failures") > 0) {
            advice.add(grouped(sum("load_failures")) + " loads failed: L2 was away, or too slow for --l2-timeout.");
        }
        if (sum("stale_served") > 0) {
            advice.add(grouped(sum("stale_served")) + " stale values were served. Where that may not be, the keyspace"
                    + " needs 'consistency: strong' or a shorter stale-if-error.");
        }
    }

    private void adviseOnWrites(List<String> advice) {
        if (info.number("l2_write_behind_pending_keys") >= MANY_PENDING) {
            advice.add("Write-behind does not keep up: " + count("l2_write_behind_pending_keys")
                    + " keys are not in L2 yet, and a crash would lose them.");
        }
        if (info.number("l2_write_behind_retried") > 0) {
            advice.add(count("l2_write_behind_retried")
                    + " writes behind had to be sent again: L2 refused them or did not answer.");
        }
    }

    private long sum(String field) {
        return keyspaces.stream().mapToLong(keyspace -> keyspace.number(field)).sum();
    }

    private String count(String field) {
        return grouped(info.number(field));
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
