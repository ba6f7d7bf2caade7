package io.cachee.bench;

import io.cachee.testkit.RedisServerProcess;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many entries a redis-server and a memcached of this machine's hold in 256 MB once they evict: 16-byte keys, the
 * values of {@link FillReport}. Each is filled with three times as many new keys as a store holds.
 */
public final class PeerDensity {
    private static final Map<Integer, Integer> KEYS =
            new TreeMap<>(Map.of(20, 13_000_000, 100, 6_000_000, 1_000, 800_000));
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int TRIES = 200;
    private static final Pattern ITEMS = Pattern.compile("STAT curr_items (\\d+)");

    private PeerDensity() {}

    public static void main(String[] arguments) throws Exception {
        System.out.printf("%-10s %12s %12s%n", "values", "Redis", "memcached");
        for (Map.Entry<Integer, Integer> row : KEYS.entrySet()) {
            System.out.printf(
                    "%-10s %12d %12s%n", row.getKey() + " B", redis(row.getKey(), row.getValue()), memcached(row));
        }
    }

    private static long redis(int valueBytes, int count) throws Exception {
        try (RedisServerProcess server = RedisServerProcess.start(
                        "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru", "--save", "");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            send(socket, "CLIENT REPLY OFF\r\n");
            String value = "v".repeat(valueBytes);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            for (int i = 0; i < count; i++) {
                out.write(("*3\r\n$3\r\nSET\r\n$16\r\n" + key(i) + "\r\n$" + valueBytes + "\r\n" + value + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write("CLIENT REPLY ON\r\nDBSIZE\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            BufferedReader replies = reader(socket);
            replies.readLine();
            return Long.parseLong(String.valueOf(replies.readLine()).substring(1));
        }
    }

    /** What it holds, or that there is none on this machine. */
    private static String memcached(Map.Entry<Integer, Integer> row) throws IOException, InterruptedException {
        int port = freePort();
        Process server;
        try {
            server = new ProcessBuilder(
                            "memcached", "-u", "root", "-m", "256", "-p", "" + port, "-U", "0", "-l", "127.0.0.1")
                    .inheritIO()
                    .start();
        } catch (IOException none) {
            return "(not here)";
        }
        try (Socket socket = connect(port)) {
            String value = "v".repeat(row.getKey());
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            for (int i = 0; i < row.getValue(); i++) {
                out.write(("set " + key(i) + " 0 0 " + row.getKey() + " noreply\r\n" + value + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write("stats\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            BufferedReader replies = reader(socket);
            for (String line = replies.readLine(); line != null && !line.equals("END"); line = replies.readLine()) {
                Matcher items = ITEMS.matcher(line);
                if (items.matches()) {
                    return items.group(1);
                }
            }
            throw new IOException("memcached did not say how many items it has");
        } finally {
            server.destroy();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static Socket connect(int port) throws IOException {
        for (int tries = 0; ; tries++) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException notYet) {
                if (tries == TRIES) {
                    throw notYet;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private static String key(int number) {
        return HexFormat.of().toHexDigits(number * GOLDEN);
    }

    private static void send(Socket socket, String line) throws IOException {
        socket.getOutputStream().write(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }
}
