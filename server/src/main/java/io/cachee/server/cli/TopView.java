package io.cachee.server.cli;

import io.cachee.server.config.MemorySize;
import io.cachee.server.load.ServerInfo;
import java.util.List;
import java.util.Locale;

/** The text that {@code cachee top} shows at one moment. */
final class TopView {
    private static final int BAR = 40;
    private static final int SHOWN_KEYS = 5;

    private final ServerInfo now;
    private final ServerInfo before;
    private final String name;

    TopView(ServerInfo now, ServerInfo before, String name) {
        this.now = now;
        this.before = before;
        this.name = name;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "cachee top  %s  up %,d s  %,d clients",
                name,
                now.number("uptime_in_seconds"),
                now.number("connected_clients"));
        text.append('\n');
        long used = now.number("used_memory");
        long limit = now.number("maxmemory");
        line(
                text,
                "memory     %s %s of %s",
                bar(limit == 0 ? 0 : (double) used / limit),
                MemorySize.format(used),
                limit == 0 ? "no limit" : MemorySize.format(limit));
        double lately = now.hitRate(before);
        double ever = now.hitRate(null);
        line(text, "found      %s %s lately, %s since the start", bar(lately), percent(lately), percent(ever));
        text.append('\n');
        line(
                text,
                "%,14.0f commands/s   %,12.0f hits/s       %,12.0f misses/s",
                rate("total_commands_processed"),
                rate("keyspace_hits"),
                rate("keyspace_misses"));
        line(
                text,
                "%,14.0f evicted/s    %,12.0f expired/s    %,12.0f errors/s",
                rate("evicted_keys"),
                rate("expired_keys"),
                rate("total_error_replies"));
        line(
                text,
                "%,14.1f MB/s in      %,12.1f MB/s out     %,12.0f connections/s",
                rate("total_net_input_bytes") / 1e6,
                rate("total_net_output_bytes") / 1e6,
                rate("total_connections_received"));
        now.fieldsOf("latency_percentiles_usec_").forEach((group, value) -> line(text, "%14s us  %s", group, value));
        hotKeys(text, "reads");
        hotKeys(text, "bytes");
        return text.toString();
    }

    private void hotKeys(StringBuilder text, String kind) {
        List<ServerInfo.HotKey> keys = now.hotKeys(kind);
        if (!keys.isEmpty()) {
            text.append('\n');
            line(text, "most %s", kind);
            for (ServerInfo.HotKey key : keys.subList(0, Math.min(SHOWN_KEYS, keys.size()))) {
                line(text, "%8s  %s", percent(key.thousandths() / 1e3), HealthReport.shown(key.key()));
            }
        }
    }

    private double rate(String field) {
        return now.rate(field, before);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String bar(double share) {
        int full = (int) Math.round(Math.clamp(share, 0, 1) * BAR);
        return "[" + "#".repeat(full) + " ".repeat(BAR - full) + "]";
    }

    private static String percent(double share) {
        return share < 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
