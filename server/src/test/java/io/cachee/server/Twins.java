package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar and a redis-server that are told the same and must answer the same. A script is a line per command:
 *
 * <pre>
 * SET k v            both must reply the same, byte for byte
 * b: GET k           as another client; clients come into being when they are first named
 * ~ PTTL k           only the type of the reply must be the same, and numbers about as large
 * % KEYS *           the same but for the order
 * &gt; SUBSCRIBE c      sent without waiting for a reply
 * b: &lt;               the next message or reply that came
 * b: &lt;&lt;              all messages that came, in whatever order, but for "expired" events and the probe's
 * closed             the server has closed the connection
 * ^ HELLO 9          left out before an L2, where the reply is known to be another (docs/redis-compatibility.md)
 * </pre>
 *
 * <p>{@code {id:b}} stands for the id that client b has on the server that is asked,
 * {@code {dump:k}} for what DUMP says of a key.
 */
final class Twins implements AutoCloseable {
    /** Whether the sidecar stands before a redis-server of its own, which must not show. */
    static final boolean BEFORE_L2 = Boolean.getBoolean("cachee.before.l2");

    private static final long ABOUT = 2_000;

    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private final TestSidecar sidecar;
    private final @Nullable RealRedis redis;
    private final @Nullable RedisServerProcess l2;

    private Twins(TestSidecar sidecar, @Nullable RealRedis redis, @Nullable RedisServerProcess l2) {
        this.l2 = l2;
        this.sidecar = sidecar;
        this.redis = redis;
    }

    /** @param tracked prefixes of which an L2 reports all changes */
    static Twins start(String... tracked) throws Exception {
        RealRedis compared = RealRedis.shared();
        if (!BEFORE_L2 || compared == null) {
            return new Twins(TestSidecar.start(), compared, null);
        }
        RedisServerProcess l2 = RedisServerProcess.start();
        L2Options link = TestSidecar.tracking("redis://127.0.0.1:" + l2.port(), tracked);
        return new Twins(TestSidecar.with().before(link).administering().startCoherent(), compared, l2);
    }

    /** Runs a script in RESP2 and again in RESP3, each on new connections and empty stores. */
    void agree(String script) throws IOException {
        run(script, 2);
        run(script, 3);
    }

    /** Runs a script in one version of the protocol. */
    void run(String script, int protocol) throws IOException {
        RealRedis real = redis;
        if (real == null) {
            return;
        }
        if (!real.isTheOneClaimed()) {
            if (TOLD.compareAndSet(false, true)) {
                System.out.println("Twins: left out, for replies of Redis " + real.version() + " are not claimed");
            }
            return;
        }
        try (Pairs pairs = new Pairs(protocol)) {
            for (String line : script.lines().map(String::strip).toList()) {
                boolean isStandalone = line.startsWith("^ ");
                if (!line.isEmpty() && !line.startsWith("#") && !(isStandalone && BEFORE_L2)) {
                    pairs.step(isStandalone ? line.substring(2) : line);
                }
            }
            assertThat(pairs.differences).as("differences, RESP%d", protocol).isEmpty();
        }
    }

    /** One client twice. */
    record Pair(RespClient ours, RespClient theirs, long ourId, long theirId) {}

    /** The clients of a script. */
    private final class Pairs implements AutoCloseable {
        private final int protocol;
        private final Map<String, Pair> byName = new LinkedHashMap<>();
        private final List<String> differences = new ArrayList<>();

        Pairs(int protocol) throws IOException {
            this.protocol = protocol;
            Pair first = pair("a");
            for (RespClient client : List.of(first.ours, first.theirs)) {
                client.call("FLUSHALL");
                client.call("CONFIG", "SET", "notify-keyspace-events", "");
            }
            limitValues(first.theirs);
            if (l2 != null) {
                try (RespClient client = l2.connect()) {
                    limitValues(client);
                }
            }
        }

        private void limitValues(RespClient redisClient) throws IOException {
            redisClient.call(
                    "CONFIG", "SET", "proto-max-bulk-len", sidecar.store().maxValueSize());
        }

        private Pair pair(String name) throws IOException {
            Pair known = byName.get(name);
            if (known != null) {
                return known;
            }
            if (redis == null) {
                throw new IllegalStateException("there is no redis-server");
            }
            RespClient ours = sidecar.connect();
            RespClient theirs = redis.connect();
            long ourId = ours.call("CLIENT", "ID").number();
            Pair pair =
                    new Pair(ours, theirs, ourId, theirs.call("CLIENT", "ID").number());
            byName.put(name, pair);
            if (protocol == 3) {
                pair.ours.call("HELLO", 3);
                pair.theirs.call("HELLO", 3);
            }
            return pair;
        }

        void step(String line) throws IOException {
            String name = "a";
            String rest = line;
            if (line.matches("[a-z]: .*")) {
                name = line.substring(0, 1);
                rest = line.substring(3);
            }
            Pair pair = pair(name);
            try {
                step(pair, rest);
            } catch (IOException e) {
                throw new IOException("at '" + line + "' after " + differences + ": " + e.getMessage(), e);
            }
        }

        private void step(Pair pair, String line) throws IOException {
            if (line.equals("closed")) {
                compare(line, state(pair.ours), state(pair.theirs));
            } else if (line.equals("<")) {
                compare(line, pair.ours.message(), pair.theirs.message());
            } else if (line.equals("<<")) {
                List<String> theirs = inOrder(pair.theirs.messages());
                compare(line, ours(pair, theirs.size()), theirs);
            } else if (line.startsWith("> ")) {
                pair.ours.send(words(line.substring(2), true));
                pair.theirs.send(words(line.substring(2), false));
            } else if (line.startsWith("~ ")) {
                compare(line, roughly(pair.ours, line, true), roughly(pair.theirs, line, false));
            } else if (line.startsWith("% ")) {
                String command = line.substring(2);
                compare(
                        line,
                        pair.ours.call(words(command, true)).sorted(),
                        pair.theirs.call(words(command, false)).sorted());
            } else {
                RespValue ours = pair.ours.call(words(line, true));
                RespValue theirs = pair.theirs.call(words(line, false));
                compare(line, ours, isSameTime(line, ours, theirs) ? ours : theirs);
            }
        }

        /** Seconds left may be one less for who is asked later. */
        private static boolean isSameTime(String line, RespValue ours, RespValue theirs) {
            boolean areTimes = line.startsWith("TTL ") && ours.type() == ':' && theirs.type() == ':';
            return areTimes
                    && Math.min(ours.number(), theirs.number()) > 0
                    && Math.abs(ours.number() - theirs.number()) <= 1;
        }

        private Object roughly(RespClient client, String line, boolean ours) throws IOException {
            RespValue reply = client.call(words(line.substring(2), ours));
            return reply.type() == ':' ? ":" + Math.round((double) reply.number() / ABOUT) : reply.type();
        }

        private String state(RespClient client) throws IOException {
            return client.isClosedByServer() ? "closed" : "open";
        }

        /** Ours, of which there should be so many: those that L2 has to tell us of first may take a moment longer. */
        private static List<String> ours(Pair pair, int expected) throws IOException {
            List<RespValue> all = new ArrayList<>(pair.ours.messages());
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (BEFORE_L2 && inOrder(all).size() < expected && System.nanoTime() < deadline) {
                all.addAll(pair.ours.messages());
            }
            return inOrder(all);
        }

        private static List<String> inOrder(List<RespValue> messages) {
            return messages.stream()
                    .map(RespValue::toString)
                    .filter(message -> !message.contains("expired") && !message.contains("cachee:probe:"))
                    .sorted()
                    .toList();
        }

        private Object[] words(String line, boolean ours) throws IOException {
            List<Object> words = new ArrayList<>();
            for (String word : RespClient.words(line)) {
                if (word.startsWith("{dump:")) {
                    Pair first = pair("a");
                    String key = word.substring(6, word.length() - 1);
                    words.add(
                            (ours ? first.ours : first.theirs).call("DUMP", key).bytes());
                } else if (word.startsWith("{id:")) {
                    Pair named = pair(word.substring(4, 5));
                    words.add(ours ? named.ourId : named.theirId);
                } else {
                    words.add(word);
                }
            }
            return words.toArray();
        }

        private void compare(String line, Object ours, Object theirs) {
            if (!ours.equals(theirs)) {
                differences.add("\n" + line + "\n    Cachee " + ours + "\n    Redis  " + theirs);
            }
        }

        @Override
        public void close() throws IOException {
            for (Pair pair : byName.values()) {
                pair.ours.close();
                pair.theirs.close();
            }
        }
    }

    @Override
    public void close() {
        sidecar.close();
        if (l2 != null) {
            l2.close();
        }
    }
}
