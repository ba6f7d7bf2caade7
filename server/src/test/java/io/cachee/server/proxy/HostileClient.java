package io.cachee.server.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.testkit.RespClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/**
 * Sends every command that Redis and Valkey know, and some that nobody knows, with arguments at random. Each command
 * comes in turn with 0 to 6 arguments. It does not care what it gets, and leaves when nothing comes.
 */
final class HostileClient implements Callable<Long> {
    private static final int MOST_ARGUMENTS = 6;
    private static final int MOST_TOGETHER = 12;
    private static final int FIRST_REPLY_MILLIS = 10;
    private static final int NEXT_REPLY_MILLIS = 1;

    private static final List<String> UNKNOWN = List.of(
            "FOO", "FOO BAR", "XGROUP NONSENSE", "CLUSTER NONSENSE", "SCRIPT NONSENSE", "CLIENT NONSENSE", "\"\"");

    private static final List<String> WORDS =
            List.of(("h:1 h:2 h:3 h:4 h:{5} 0 0 1 1 2 -1 3 10 0.1 1-1 0-0 * $ > # ( [a + - m km channel b f v"
                            + " ON OFF YES NO SKIP SYNC ASYNC STORE STOREDIST BLOCK COUNT STREAMS LIMIT GET SET NX XX"
                            + " EX PX KEEPTTL WITHSCORES WEIGHTS AGGREGATE MATCH TYPE BY ASC LEFT RIGHT MIN MAX BEFORE"
                            + " AND NOT MAXLEN MKSTREAM GROUP CREATE NOACK ID KEYS REPLACE ABSTTL FIELDS BCAST OPTIN"
                            + " NOLOOP PREFIX REDIRECT REPLY TRACKING ACK GETACK PUSH ATTRIB AUTH default SETNAME"
                            + " normal pubsub string list")
                    .split(" ", -1));
    private static final List<String> TEXTS = List.of(
            "return 1",
            "return redis.call('get', KEYS[1])",
            "return {1, {2, 'x'}, false}",
            "return redis.error_reply('no')",
            "redis.setresp(3); return redis.call('hgetall', 'h:1')",
            "return redis.call('select', '1')",
            "return redis.call('blpop', 'h:1', 0)",
            "return redis.call('xread', 'block', 0, 'streams', 'h:1', '$')",
            "return redis.call('subscribe', 'x')",
            "return redis.call('client', 'reply', 'off')",
            "#!lua name=l\nredis.register_function('f', function(k, a) return 1 end)",
            "\0\r\n+OK\r\n",
            "");
    /** One argument in so many is a text of several words, such as a script. */
    private static final int TEXT_IN = 8;

    private final int port;
    private final Random random;
    private final BooleanSupplier goesOn;
    private final List<String> names;
    /** Those that come with the arguments that make them dangerous. They are sent more often, alone and as they are. */
    private final List<String> dangerous;

    private final Set<String> sent = new TreeSet<>();

    /** @param left the commands that are left out */
    HostileClient(int port, long seed, Set<String> left, BooleanSupplier goesOn) {
        this.port = port;
        this.random = new Random(seed);
        this.goesOn = goesOn;
        this.names = new ArrayList<>(allNames());
        names.addAll(UNKNOWN);
        names.removeAll(left);
        this.dangerous =
                names.stream().filter(name -> name.split(" ", -1).length > 2).toList();
    }

    /** What the list of commands names. */
    static List<String> allNames() {
        try (InputStream in = Objects.requireNonNull(HostileClient.class.getResourceAsStream("commands.txt"))) {
            List<String> names = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), UTF_8).split("\n", -1)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    names.addAll(List.of(line.replaceAll(",$", "").split(", ", -1)));
                }
            }
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The commands that were not sent with each number of arguments. */
    List<String> missed() {
        List<String> missed = new ArrayList<>();
        for (String name : names) {
            for (int arguments = 0; arguments <= MOST_ARGUMENTS; arguments++) {
                if (!sent.contains(name + arguments)) {
                    missed.add(name + " with " + arguments);
                }
            }
        }
        return missed;
    }

    /** Returns how many commands it has sent. */
    @Override
    public Long call() throws IOException {
        long count = 0;
        for (int round = 0; goesOn.getAsBoolean(); round++) {
            Collections.shuffle(names, random);
            for (int i = 0; i < names.size() && goesOn.getAsBoolean(); ) {
                int together = Math.min(names.size() - i, random.nextBoolean() ? 1 : 1 + random.nextInt(MOST_TOGETHER));
                ByteArrayOutputStream requests = new ByteArrayOutputStream();
                for (String name : names.subList(i, i + together)) {
                    int arguments = Math.floorMod(name.hashCode() + round, MOST_ARGUMENTS + 1);
                    sent.add(name + arguments);
                    requests.writeBytes(request(name, arguments));
                }
                send(requests.toByteArray());
                send(request(dangerous.get(random.nextInt(dangerous.size())), 0));
                i += together;
                count += together + 1;
            }
        }
        return count;
    }

    private byte[] request(String name, int more) {
        List<String> words = new ArrayList<>(RespClient.words(name));
        for (int i = 0; i < more; i++) {
            List<String> arguments = random.nextInt(TEXT_IN) == 0 ? TEXTS : WORDS;
            words.add(arguments.get(random.nextInt(arguments.size())));
        }
        return RespClient.encode(words.toArray());
    }

    private void send(byte[] requests) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            if (random.nextBoolean()) {
                socket.getOutputStream().write(RespClient.encode("HELLO", "3"));
            }
            socket.getOutputStream().write(requests);
            readWhileItComes(socket);
        } catch (SocketException closed) {
            // QUIT, or a command that closes the connection.
        }
    }

    private static void readWhileItComes(Socket socket) throws IOException {
        byte[] buffer = new byte[64 << 10];
        socket.setSoTimeout(FIRST_REPLY_MILLIS);
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                socket.setSoTimeout(NEXT_REPLY_MILLIS);
            }
        } catch (SocketTimeoutException silent) {
            // It waits in vain, or has had everything.
        }
    }
}
