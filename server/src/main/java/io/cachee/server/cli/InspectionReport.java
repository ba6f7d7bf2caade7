package io.cachee.server.cli;

import io.cachee.store.EntryInfo;
import io.cachee.store.StoreInspection;
import io.cachee.store.StoreStats;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An inspection, for people or as JSON. */
final class InspectionReport {
    private static final int NAME_WIDTH = 14;

    private InspectionReport() {}

    static String text(StoreInspection store, int keysAsked) {
        StoreInspection.Header header = store.header();
        StoreStats stats = store.statistics();
        StringBuilder out = new StringBuilder();
        line(out, "format", header.majorVersion() + "." + header.minorVersion());
        line(out, "instance", HexFormat.of().toHexDigits(header.instance()));
        line(out, "writer", "process " + header.pid() + ", " + life(store.life()));
        line(out, "state", state(store.life()));
        line(
                out,
                "opened",
                instant(header.createdMillis()) + ", clock at "
                        + millis(store.life().clockMillis()));
        line(
                out,
                "file",
                ByteSize.format(header.geometry().fileBytes()) + ", region "
                        + ByteSize.format(header.geometry().regionBytes()));
        line(
                out,
                "segments",
                count(header.geometry().segments()) + " of "
                        + ByteSize.format(header.geometry().segmentBytes()));
        line(out, "index", index(header, store.index()));
        line(out, "entries", count(stats.entries()));
        line(out, "live", ByteSize.format(stats.liveBytes()));
        line(out, "dead", ByteSize.format(stats.deadBytes()));
        line(out, "free", ByteSize.format(stats.freeBytes()));
        line(out, "hits", count(stats.hits()) + ", misses " + count(stats.misses()));
        line(out, "evictions", evictions(stats));
        line(out, "expirations", count(stats.expirations()));
        String refused = count(stats.refusedAdmissions()) + " large, " + count(stats.refusedForSpace());
        line(out, "refused", refused + " for want of space");
        if (keysAsked > 0) {
            line(out, "keys", store.keys().size() + " shown");
            for (StoreInspection.Key key : store.keys()) {
                String ttl =
                        key.ttlMillis() == EntryInfo.NO_TTL ? "no expiry" : "expires in " + millis(key.ttlMillis());
                out.append("  ").append(printable(key.bytes())).append("  ");
                out.append(count(key.valueLength()))
                        .append(" bytes, ")
                        .append(ttl)
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static String life(StoreInspection.Life life) {
        return life.beating()
                ? "alive"
                : "its clock stands still, for " + millis(life.ageMillis()) + " by the wall clock";
    }

    private static String state(StoreInspection.Life life) {
        return life.state().name().toLowerCase(Locale.ROOT);
    }

    private static String index(StoreInspection.Header header, StoreInspection.IndexUse index) {
        if (!index.sound()) {
            return "damaged: an impossible shape of " + index.bucketsBelow() + " and " + index.bucketsAbove()
                    + " buckets around stripe " + index.frontier();
        }
        String buckets = index.bucketsBelow() == index.bucketsAbove()
                ? index.bucketsAbove() + " buckets"
                : index.bucketsBelow() + " buckets up to stripe " + index.frontier() + ", then " + index.bucketsAbove();
        return count(header.geometry().stripes()) + " stripes of " + buckets + "; " + count(index.used()) + " of "
                + count(index.slots()) + " slots taken, "
                + String.format(Locale.ROOT, "%.0f %%", 100.0 * index.used() / Math.max(1, index.slots()));
    }

    private static String evictions(StoreStats stats) {
        return count(stats.evictedOnProbation()) + " on probation, " + count(stats.evictedFromMain())
                + " established, " + count(stats.evictedUnderPressure()) + " under pressure, "
                + count(stats.evictedForIndex()) + " for the index";
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(name)
                .append(" ".repeat(NAME_WIDTH - name.length()))
                .append(value)
                .append('\n');
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A time for display. A header can hold any figure, even if its checksum is right. */
    private static String instant(long millis) {
        return millis >= 0 && millis < Integer.MAX_VALUE * 1000L * 1000
                ? Instant.ofEpochMilli(millis).toString()
                : "at millisecond " + millis;
    }

    private static String millis(long millis) {
        if (millis < 1000) {
            return millis + " ms";
        }
        Duration duration = Duration.ofMillis(millis);
        if (duration.toHours() == 0) {
            return String.format(Locale.ROOT, "%d:%02d min", duration.toMinutes(), duration.toSecondsPart());
        }
        return String.format(
                Locale.ROOT,
                "%s%d:%02d:%02d h",
                duration.toDays() > 0 ? duration.toDays() + " days " : "",
                duration.toHoursPart(),
                duration.toMinutesPart(),
                duration.toSecondsPart());
    }

    static String json(StoreInspection store) {
        StoreInspection.Header header = store.header();
        StoreInspection.Life life = store.life();
        StoreInspection.IndexUse index = store.index();
        StoreStats stats = store.statistics();
        String keys = store.keys().stream().map(InspectionReport::jsonKey).collect(Collectors.joining(", ", "[", "]"));
        return object(
                        "  ",
                        List.of(
                                field("format", quoted(header.majorVersion() + "." + header.minorVersion())),
                                field("instance", quoted(HexFormat.of().toHexDigits(header.instance()))),
                                field("writer_pid", header.pid()),
                                field("writer_alive", String.valueOf(life.beating())),
                                field("state", quoted(state(life))),
                                field("created_millis", header.createdMillis()),
                                field("clock_millis", life.clockMillis()),
                                field("clock_age_millis", life.ageMillis()),
                                field("file_bytes", header.geometry().fileBytes()),
                                field("region_bytes", header.geometry().regionBytes()),
                                field("segment_bytes", header.geometry().segmentBytes()),
                                field("segments", header.geometry().segments()),
                                field("coherence_counters", header.geometry().counters()),
                                field("index", jsonIndex(header, index)),
                                field("statistics", jsonStatistics(stats)),
                                field("keys", keys)))
                + "\n";
    }

    private static String jsonIndex(StoreInspection.Header header, StoreInspection.IndexUse index) {
        return object(
                "    ",
                List.of(
                        field("sound", String.valueOf(index.sound())),
                        field("stripes", header.geometry().stripes()),
                        field("buckets_below", index.bucketsBelow()),
                        field("buckets_above", index.bucketsAbove()),
                        field("frontier", index.frontier()),
                        field("slots", index.slots()),
                        field("used", index.used())));
    }

    private static String jsonStatistics(StoreStats stats) {
        return object(
                "    ",
                List.of(
                        field("entries", stats.entries()),
                        field("live_bytes", stats.liveBytes()),
                        field("dead_bytes", stats.deadBytes()),
                        field("free_bytes", stats.freeBytes()),
                        field("index_bytes", stats.indexBytes()),
                        field("hits", stats.hits()),
                        field("misses", stats.misses()),
                        field("expirations", stats.expirations()),
                        field("evicted_on_probation", stats.evictedOnProbation()),
                        field("evicted_from_main", stats.evictedFromMain()),
                        field("evicted_under_pressure", stats.evictedUnderPressure()),
                        field("evicted_for_index", stats.evictedForIndex()),
                        field("refused_admissions", stats.refusedAdmissions()),
                        field("refused_for_space", stats.refusedForSpace())));
    }

    private static String jsonKey(StoreInspection.Key key) {
        String ttl = key.ttlMillis() == EntryInfo.NO_TTL ? "null" : String.valueOf(key.ttlMillis());
        return "{" + field("key", quoted(printable(key.bytes()))) + ", " + field("value_bytes", key.valueLength())
                + ", " + field("ttl_millis", ttl) + "}";
    }

    private static String object(String indent, List<String> fields) {
        return fields.stream()
                .collect(Collectors.joining(",\n" + indent, "{\n" + indent, "\n" + indent.substring(2) + "}"));
    }

    private static String field(String name, long value) {
        return field(name, String.valueOf(value));
    }

    static String field(String name, String json) {
        return quoted(name) + ": " + json;
    }

    /** A JSON string; the text must have no control characters. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static String printable(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            boolean plain = b > ' ' && b <= '~' && b != '\\';
            text.append(
                    plain ? String.valueOf((char) b) : "\\x" + HexFormat.of().toHexDigits(b));
        }
        return text.toString();
    }
}
