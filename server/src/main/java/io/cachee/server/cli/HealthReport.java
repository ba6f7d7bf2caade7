package io.cachee.server.cli;

import io.cachee.server.config.MemorySize;
import io.cachee.server.load.ServerInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Describes the state of a cache in plain words, with advice for its operator. */
final class HealthReport {
    private static final double LOW_HIT_RATE = 0.8;
    private static final double NEARLY_ALL = 0.8;
    private static final long HOT_THOUSANDTHS = 200;
    private static final long BIG_VALUE_BYTES = 100 << 10;
    private static final int SHOWN_KEYS = 3;
    /** With fewer commands, nothing can be said about which keys take most. */
    private static final int FEW_COMMANDS = 1_000;

    private final ServerInfo info;
    private final String name;
    private final L2Report l2;

    HealthReport(ServerInfo info, String name) {
        this.info = info;
        this.name = name;
        this.l2 = new L2Report(info);
    }

    void print(PrintWriter out) {
        out.println("=== Cachee Health Report ===");
        out.println(name + ", " + product() + ", up " + duration(info.number("uptime_in_seconds")));
        section(out, "Memory", memory());
        section(out, "Clients", clients());
        section(out, "Stats", stats());
        section(out, "Keyspace", keyspace());
        section(out, "Eviction Policy", List.of(policy()));
        if (!l2.isEmpty()) {
            section(out, "L2", l2.lines());
        }
        if (info.isCachee()) {
            section(out, "Hot Keys", hotKeys());
        }
        section(out, "Advice", advice());
        out.println();
        out.println("=== Report Complete ===");
        out.flush();
    }

    private static void section(PrintWriter out, String title, List<String> lines) {
        out.println();
        out.println("--- " + title + " ---");
        lines.forEach(out::println);
    }

    private String product() {
        return info.isCachee() ? "cachee " + info.text("cachee_version") : "redis " + info.text("redis_version");
    }

    private static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min";
        }
        return seconds < 86_400 ? seconds / 3_600 + " h" : seconds / 86_400 + " days";
    }

    private List<String> memory() {
        long used = info.number("used_memory");
        long limit = info.number("maxmemory");
        List<String> lines = new ArrayList<>();
        lines.add(
                limit == 0
                        ? MemorySize.format(used) + " used, no limit"
                        : MemorySize.format(used) + " used of " + MemorySize.format(limit) + ", "
                                + percent((double) used / limit));
        lines.add(MemorySize.format(info.number("used_memory_rss")) + " resident, everything included");
        return lines;
    }

    private List<String> clients() {
        return List.of(
                count("connected_clients") + " connected of " + count("maxclients") + " at most",
                count("rejected_connections") + " refused for want of room");
    }

    private List<String> stats() {
        double hitRate = info.hitRate(null);
        return List.of(
                count("keyspace_hits") + " hits, " + count("keyspace_misses") + " misses"
                        + (hitRate < 0 ? "" : ": " + percent(hitRate) + " found"),
                count("evicted_keys") + " evicted, " + count("expired_keys") + " expired",
                count("total_commands_processed") + " commands, " + count("instantaneous_ops_per_sec")
                        + " a second lately");
    }

    private List<String> keyspace() {
        List<String> lines = new ArrayList<>();
        info.fieldsOf("db").forEach((number, value) -> {
            if (number.matches("\\d+")) {
                lines.add("db" + number + ": " + value);
            }
        });
        return lines.isEmpty() ? List.of("no keys") : lines;
    }

    private String policy() {
        return info.isCachee() ? info.text("cachee_policy") : info.text("maxmemory_policy");
    }

    private List<String> hotKeys() {
        List<String> lines = new ArrayList<>();
        for (ServerInfo.HotKey key : top("reads")) {
            lines.add("reads  " + percent(key.thousandths() / 1e3) + "  " + shown(key.key()));
        }
        for (ServerInfo.HotKey key : top("bytes")) {
            lines.add("bytes  " + percent(key.thousandths() / 1e3) + "  " + shown(key.key()));
        }
        return lines.isEmpty() ? List.of("no key was read or written yet") : lines;
    }

    private List<ServerInfo.HotKey> top(String kind) {
        List<ServerInfo.HotKey> keys = info.hotKeys(kind);
        return keys.subList(0, Math.min(SHOWN_KEYS, keys.size()));
    }

    /** A key for display: clients choose keys, so it is shortened and has no control characters. */
    static String shown(String key) {
        String printable = shownLine(key);
        return printable.length() > 60 ? printable.substring(0, 57) + "..." : printable;
    }

    /** Text for display, without control characters. */
    static String shownLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
    }

    // ---------------------------------------------------------------- advice

    List<String> advice() {
        List<String> advice = new ArrayList<>();
        adviseOnSize(advice);
        adviseOnKeys(advice);
        adviseOnClients(advice);
        advice.addAll(l2.advice());
        if (advice.isEmpty()) {
            advice.add("Nothing to do.");
        }
        return advice.stream().map(line -> "* " + line).toList();
    }

    private void adviseOnSize(List<String> advice) {
        double hitRate = info.hitRate(null);
        boolean low = hitRate >= 0 && hitRate < LOW_HIT_RATE;
        boolean evicts = info.number("evicted_keys") > 0;
        long limit = info.number("maxmemory");
        if (policy().equals("noeviction") && limit > 0 && info.number("used_memory") > limit * NEARLY_ALL) {
            advice.add("The store is nearly full and may not evict: writes are refused, or soon will be. Choose"
                    + " another --eviction, or give it more --max-memory.");
        }
        if (low && evicts) {
            advice.add("Too small: entries are evicted and only " + percent(hitRate) + " of reads find something. Give"
                    + " it more --max-memory; 'cachee simulate' shows from a trace how much would help.");
        } else if (low) {
            advice.add("Only " + percent(hitRate) + " of reads find something, though nothing had to be evicted: keys"
                    + " expire too soon, or are read before anybody has set them.");
        }
    }

    private void adviseOnKeys(List<String> advice) {
        boolean isKnown = info.number("total_commands_processed") >= FEW_COMMANDS;
        for (ServerInfo.HotKey key : top("reads")) {
            if (isKnown && key.thousandths() >= HOT_THOUSANDTHS) {
                advice.add("Hot key: " + shown(key.key()) + " takes " + percent(key.thousandths() / 1e3)
                        + " of all reads. A copy on the client's side (CLIENT TRACKING) would take them off the"
                        + " sidecar.");
            }
        }
        long entries = info.number("cachee_entries");
        long average = entries == 0 ? 0 : info.number("used_memory_dataset") / entries;
        if (average > BIG_VALUE_BYTES) {
            advice.add("Big values: an entry has " + MemorySize.format(average) + " on average. Parts of them, or"
                    + " compressed ones, would let more fit and cost less time.");
        }
        for (ServerInfo.HotKey key : top("bytes")) {
            if (isKnown && key.thousandths() >= HOT_THOUSANDTHS) {
                advice.add("Big traffic: " + shown(key.key()) + " makes " + percent(key.thousandths() / 1e3)
                        + " of all bytes.");
            }
        }
    }

    private void adviseOnClients(List<String> advice) {
        if (info.number("rejected_connections") > 0) {
            advice.add("Rejected connections: " + count("rejected_connections") + " clients found no room. Raise"
                    + " --maxclients, or let the application use fewer connections.");
        } else if (info.number("maxclients") > 0
                && info.number("connected_clients") > info.number("maxclients") * NEARLY_ALL) {
            advice.add("Nearly as many clients are connected as may be: " + count("connected_clients") + " of "
                    + count("maxclients") + ".");
        }
        if (info.number("client_output_buffer_limit_disconnections") > 0) {
            advice.add(count("client_output_buffer_limit_disconnections")
                    + " clients were cut off because they did not read their replies.");
        }
        if (info.number("acl_access_denied_auth") > 0) {
            advice.add(count("acl_access_denied_auth") + " wrong passwords were given.");
        }
    }

    private String count(String field) {
        return String.format(Locale.ROOT, "%,d", info.number(field));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
