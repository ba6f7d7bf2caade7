package io.cachee.server.admin;

import java.util.Locale;

/**
 * The health of the sidecar, as {@code /health} shows it.
 *
 * @param problem what is wrong, or empty
 * @param notReady why clients should not connect, or empty
 * @param entries in the store
 * @param usedBytes the part of the store that is in use
 * @param limitBytes the store's size
 * @param hitRate the share of reads that found a value
 * @param uptimeSeconds since the start
 * @param l2 the state of L2 in plain words; empty without an L2
 */
public record Health(
        String problem,
        String notReady,
        long entries,
        long usedBytes,
        long limitBytes,
        double hitRate,
        long uptimeSeconds,
        String l2) {

    /** Whether the cache can be read and written. */
    public boolean isAlive() {
        return problem.isEmpty();
    }

    /** {@code ok}, {@code not ready} or {@code failed}. */
    public String status() {
        if (!isAlive()) {
            return "failed";
        }
        return notReady.isEmpty() ? "ok" : "not ready";
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '"' || character == '\\') {
                json.append('\\').append(character);
            } else if (Character.isISOControl(character)) {
                json.append(String.format("\\u%04x", (int) character));
            } else {
                json.append(character);
            }
        }
        return json.toString();
    }

    /** The page {@code /health}, as JSON. */
    public String json() {
        String behind = field("l2", l2);
        String why = field("problem", problem) + field("not_ready", notReady);
        return String.format(
                Locale.ROOT,
                """
                {
                  "status": "%s",
                  "entries": %d,
                  "memory_used": "%d MB",
                  "memory_limit": "%d MB",
                  "hit_rate": %.3f,
                  "uptime_seconds": %d%s%s
                }
                """,
                status(),
                entries,
                usedBytes >> 20,
                limitBytes >> 20,
                hitRate,
                uptimeSeconds,
                why,
                behind);
    }

    private static String field(String name, String text) {
        return text.isEmpty() ? "" : ",\n  \"" + name + "\": \"" + escaped(text) + '"';
    }
}
