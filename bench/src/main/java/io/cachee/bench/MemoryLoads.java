package io.cachee.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The ways in which clients make a sidecar need memory. */
final class MemoryLoads {
    /** Clients of one kind. */
    record Kind(int clients, MemoryLoad.Client client, boolean beforeL2) {
        Kind(int clients, MemoryLoad.Client client) {
            this(clients, client, false);
        }
    }

    private static final int KB = 1 << 10;
    private static final int MB = 1 << 20;
    private static final int DEPTH = 16;

    private MemoryLoads() {}

    /** All kinds by their names, for a store of this size. */
    static Map<String, Kind> all(long storeBytes) {
        int largest = (int) Math.min(storeBytes / 8 - KB, 64L * MB);
        Map<String, Kind> kinds = new LinkedHashMap<>();
        kinds.put("50 clients, 10 kB, pipelined", values(50, 10 * KB, DEPTH));
        kinds.put("20 clients, 100 kB, pipelined", values(20, 100 * KB, DEPTH));
        kinds.put("4 clients, 4 MB", values(4, Math.min(4 * MB, largest), 1));
        kinds.put("6 clients, 7 MB", values(6, Math.min(7 * MB, largest), 1));
        kinds.put("10,000 idle connections", new Kind(10_000, (connection, _) -> connection.sleep()));
        kinds.put("replies of 100 kB unread", new Kind(100, MemoryLoads::readNothing));
        kinds.put("MGET of everything", new Kind(16, MemoryLoads::getAll));
        kinds.put("small pipelines unread", new Kind(200, MemoryLoads::pipelineUnread));
        kinds.put("half requests", new Kind(400, MemoryLoads::halfRequest));
        kinds.put("messages to sleepers", new Kind(60, MemoryLoads::publish));
        kinds.put("MONITOR to sleepers", new Kind(30, MemoryLoads::monitor));
        kinds.put("tracking of absent keys of 60 kB", new Kind(8, MemoryLoads::trackAbsent));
        kinds.put("tracking of the same keys", new Kind(90, MemoryLoads::trackSame));
        kinds.put("channel names of 30 kB", new Kind(4, MemoryLoads::subscribeLong));
        kinds.put("prefixes of 20 MB", new Kind(4, MemoryLoads::trackPrefixes));
        kinds.put("transactions never run", new Kind(50, MemoryLoads::queue));
        kinds.put("watched keys of 60 kB", new Kind(10, MemoryLoads::watch));
        kinds.put("slow log of everything", new Kind(10, MemoryLoads::slowLog));
        kinds.put("users with long rules", new Kind(4, MemoryLoads::users));
        kinds.put("connections that come and go", new Kind(200, (connection, _) -> connection.exchange()));
        kinds.put("before L2: values of 8 MB", new Kind(8, MemoryLoads::largeOfL2, true));
        kinds.put(
                "before L2: 10 kB, pipelined",
                new Kind(50, values(50, 10 * KB, DEPTH).client(), true));
        kinds.put("before L2: replies unread", new Kind(50, MemoryLoads::listUnread, true));
        kinds.put("before L2: channel names of 30 kB", new Kind(4, MemoryLoads::subscribeLong, true));
        return kinds;
    }

    private static byte[] bytes(int length) {
        byte[] value = new byte[length];
        Arrays.fill(value, (byte) 'v');
        return value;
    }

    private static String padded(String text, int length) {
        return text + "-".repeat(length - text.length());
    }

    private static Kind values(int clients, int length, int depth) {
        byte[] value = bytes(length);
        return new Kind(clients, (connection, number) -> {
            for (int i = 0; connection.goesOn(); i++) {
                for (int k = 0; k < depth; k++) {
                    String key = "v:" + length + ":" + (number * depth + k);
                    if (i % 3 == 0) {
                        connection.add("SET", key, value);
                    } else {
                        connection.add("GET", key);
                    }
                }
                connection.exchange();
            }
        });
    }

    private static void readNothing(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("SET", "unread", bytes(100 * KB));
        for (int i = 0; i < 10_000 && connection.goesOn(); i++) {
            connection.add("GET", "unread");
        }
        connection.flush();
        connection.sleep();
    }

    private static void getAll(MemoryLoad.Connection connection, int number) throws IOException {
        Object[] get = new Object[1_001];
        get[0] = "MGET";
        byte[] value = bytes(10 * KB);
        for (int i = 1; i < get.length; i++) {
            get[i] = "all:" + i;
            connection.add("SET", get[i], value);
        }
        connection.exchange();
        while (connection.goesOn()) {
            connection.add(get);
            connection.exchange();
        }
    }

    private static void pipelineUnread(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("SET", "small", bytes(100));
        for (int i = 0; i < 1_000_000 && connection.goesOn(); i++) {
            connection.add("GET", "small");
        }
        connection.flush();
        connection.sleep();
    }

    private static void halfRequest(MemoryLoad.Connection connection, int number) throws IOException {
        connection.raw("*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$1048576\r\n".getBytes(US_ASCII));
        connection.raw(bytes(MB / 2 + KB));
        connection.flush();
        connection.sleep();
    }

    private static void publish(MemoryLoad.Connection connection, int number) throws IOException {
        if (number >= 4) {
            connection.add("SUBSCRIBE", "news");
            connection.flush();
            connection.sleep();
            return;
        }
        byte[] message = bytes(10 * KB);
        while (connection.goesOn()) {
            connection.add("PUBLISH", "news", message);
            connection.exchange();
        }
    }

    private static void monitor(MemoryLoad.Connection connection, int number) throws IOException {
        if (number >= 4) {
            connection.add("MONITOR");
            connection.flush();
            connection.sleep();
            return;
        }
        byte[] value = bytes(10 * KB);
        while (connection.goesOn()) {
            connection.add("SET", "watched", value);
            connection.exchange();
        }
    }

    private static void trackAbsent(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("HELLO", "3");
        connection.add("CLIENT", "TRACKING", "ON");
        for (int i = 0; connection.goesOn(); i++) {
            connection.add("GET", padded("absent:" + number + ":" + i, 60_000));
            connection.exchange();
        }
    }

    private static void trackSame(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("HELLO", "3");
        connection.add("CLIENT", "TRACKING", "ON");
        for (int i = 0; connection.goesOn(); i++) {
            String key = "same:" + i % 20_000;
            connection.add(number == 0 ? "INCR" : "GET", key);
            if (i % 100 == 0) {
                connection.exchange();
            }
        }
    }

    private static void subscribeLong(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("HELLO", "3");
        for (int i = 0; connection.goesOn() && i < 100_000; i++) {
            connection.add(i % 2 == 0 ? "SUBSCRIBE" : "PSUBSCRIBE", padded("c:" + number + ":" + i, 30_000));
            connection.exchange();
        }
    }

    private static void trackPrefixes(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("HELLO", "3");
        for (int i = 0; connection.goesOn() && i < 100; i++) {
            connection.add("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", padded(number + ":" + i + ":", 20 * MB));
            connection.exchange();
        }
    }

    private static void queue(MemoryLoad.Connection connection, int number) throws IOException {
        byte[] value = bytes(100 * KB);
        connection.add("MULTI");
        for (int i = 0; connection.goesOn() && i < 100_000; i++) {
            connection.add("SET", "queued:" + i, value);
            connection.exchange();
        }
    }

    private static void watch(MemoryLoad.Connection connection, int number) throws IOException {
        for (int i = 0; connection.goesOn() && i < 100_000; i++) {
            connection.add("WATCH", padded("w:" + number + ":" + i, 60_000));
            connection.exchange();
        }
    }

    private static void slowLog(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "100000");
        byte[] value = bytes(KB);
        while (connection.goesOn()) {
            Object[] set = new Object[41];
            Arrays.fill(set, value);
            set[0] = "MSET";
            connection.add(set);
            connection.exchange();
        }
        connection.add("CONFIG", "SET", "slowlog-log-slower-than", "10000", "slowlog-max-len", "128");
        connection.exchange();
    }

    private static void users(MemoryLoad.Connection connection, int number) throws IOException {
        for (int i = 0; connection.goesOn() && i < 100_000; i++) {
            connection.add("ACL", "SETUSER", "u" + number + i % 100, "~" + padded("k:" + i + ":", 100 * KB));
            connection.exchange();
        }
    }

    private static void largeOfL2(MemoryLoad.Connection connection, int number) throws IOException {
        connection.add("SETRANGE", "large:" + number, 8 * MB - 1, "x");
        connection.exchange();
        while (connection.goesOn()) {
            connection.add("GET", "large:" + number);
            connection.exchange();
        }
    }

    private static void listUnread(MemoryLoad.Connection connection, int number) throws IOException {
        byte[] value = bytes(10 * KB);
        for (int i = 0; i < 100; i++) {
            connection.add("RPUSH", "list:" + number, value);
        }
        connection.exchange();
        for (int i = 0; i < 1_000 && connection.goesOn(); i++) {
            connection.add("LRANGE", "list:" + number, 0, -1);
        }
        connection.flush();
        connection.sleep();
    }
}
