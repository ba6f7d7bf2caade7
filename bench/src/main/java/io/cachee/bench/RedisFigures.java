package io.cachee.bench;

import io.cachee.testkit.RedisServerProcess;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a Redis says of its own work since its figures were reset.
 *
 * @param reads calls of GET and MGET
 * @param bytesOut of replies
 * @param clients connected, those of who asks left out
 */
record RedisFigures(long reads, long bytesOut, long clients) {
    static void reset(RedisServerProcess redis) throws IOException {
        redis.call("CONFIG", "RESETSTAT");
    }

    static RedisFigures of(RedisServerProcess redis) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String section : List.of("commandstats", "stats", "clients")) {
            for (String line : redis.call("INFO", section).string().split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
        }
        long out = Long.parseLong(fields.getOrDefault("total_net_output_bytes", "0"));
        long clients = Long.parseLong(fields.getOrDefault("connected_clients", "0"));
        return new RedisFigures(calls(fields, "get") + calls(fields, "mget"), out, clients - 1);
    }

    private static long calls(Map<String, String> fields, String command) {
        String text = fields.getOrDefault("cmdstat_" + command, "calls=0,");
        return Long.parseLong(text.substring("calls=".length(), text.indexOf(',')));
    }
}
