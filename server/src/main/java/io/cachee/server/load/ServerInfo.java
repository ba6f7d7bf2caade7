package io.cachee.server.load;

import io.cachee.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a server's INFO and, if it is a Cachee, its hot keys. */
public final class ServerInfo {
    /**
     * A key with a large share of the reads or bytes.
     *
     * @param key as text
     * @param count reads or bytes
     * @param thousandths its share of all
     */
    public record HotKey(String key, long count, long thousandths) {}

    private final Map<String, String> fields = new LinkedHashMap<>();
    private final Map<String, List<HotKey>> hotKeys = new LinkedHashMap<>();
    private final long nanos = System.nanoTime();

    private ServerInfo() {}

    /** Queries a server. */
    public static ServerInfo of(TargetServer target) throws IOException {
        ServerInfo info = new ServerInfo();
        for (String line : target.ask("INFO", "everything").split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                info.fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        if (info.isCachee()) {
            List<Reply> kinds = target.query("HOTKEYS").items();
            for (int i = 0; i + 1 < kinds.size(); i += 2) {
                info.hotKeys.put(kinds.get(i).text(), hotKeys(kinds.get(i + 1)));
            }
        }
        return info;
    }

    private static List<HotKey> hotKeys(Reply entries) {
        List<HotKey> keys = new ArrayList<>();
        for (Reply entry : entries.items()) {
            List<Reply> parts = entry.items();
            if (parts.size() == 3 && parts.get(1).isInteger() && parts.get(2).isInteger()) {
                keys.add(new HotKey(
                        parts.get(0).text(), parts.get(1).number(), parts.get(2).number()));
            }
        }
        return keys;
    }

    /** Whether the server is a Cachee. */
    public boolean isCachee() {
        return fields.containsKey("cachee_version");
    }

    /** A field as text, or empty. */
    public String text(String name) {
        return fields.getOrDefault(name, "");
    }

    /** A field as a number, or 0. */
    public long number(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The fields whose names begin with {@code prefix}, without the prefix. */
    public Map<String, String> fieldsOf(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** The hottest keys by {@code reads} or {@code bytes}. */
    public List<HotKey> hotKeys(String kind) {
        return hotKeys.getOrDefault(kind, List.of());
    }

    /** The increase of a counter a second, since an earlier query. */
    public double rate(String name, ServerInfo earlier) {
        double seconds = Math.max(1e-3, (nanos - earlier.nanos) / 1e9);
        return (number(name) - earlier.number(name)) / seconds;
    }

    /** The share of reads that found a value since {@code earlier} or, if null, since the start; -1 without reads. */
    public double hitRate(@Nullable ServerInfo earlier) {
        long hits = number("keyspace_hits") - (earlier == null ? 0 : earlier.number("keyspace_hits"));
        long misses = number("keyspace_misses") - (earlier == null ? 0 : earlier.number("keyspace_misses"));
        return hits + misses == 0 ? -1 : (double) hits / (hits + misses);
    }
}
