package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.Request;
import io.cachee.server.command.CommandFamilies;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Long commands are cut into units of bounded work. The tests count units; they have nothing to do with time. */
final class SlicesTest {
    private static final int KEYS = 50_000;
    /** A part of a walk through the keys looks at about so many. */
    private static final int ENTRIES = 256;

    /** What was scheduled for the next turns of the event loop; the test decides when they come. */
    private final Deque<Runnable> turns = new ArrayDeque<>();

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @SuppressWarnings("NullAway.Init")
    private SharedState shared;

    @SuppressWarnings("NullAway.Init")
    private CommandExecutor executor;

    private final List<TestClient> clients = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        store = Store.open(StoreOptions.maxMemory(64 << 20).housekeeping(false));
        SidecarOptions options = new SidecarOptions(16, "", 0, "", 64 << 20, true, "test");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), 1, (message, cause) -> {
            throw new AssertionError(message, cause);
        });
        executor = shared.executor(PooledByteBufAllocator.DEFAULT);
        executor.runSlicesBy(turns::add);
    }

    @AfterEach
    void close() {
        clients.forEach(client -> executor.disconnected(client.session));
        shared.close();
        store.close();
    }

    /** A client whose replies are kept as text, and which takes them when the test says so. */
    private final class TestClient extends MemoryLink {
        final Session session = executor.connected(this);
        final StringBuilder received = new StringBuilder();
        final Deque<Runnable> untaken = new ArrayDeque<>();
        boolean takes = true;
        boolean isPending;
        boolean isKilled;

        TestClient() {
            clients.add(this);
        }

        Outcome send(Object... arguments) {
            executor.begin(session);
            try {
                byte[][] request = Arrays.stream(arguments)
                        .map(one -> one instanceof byte[] bytes
                                ? bytes
                                : String.valueOf(one).getBytes(ISO_8859_1))
                        .toArray(byte[][]::new);
                return executor.execute(session, Request.of(request), false);
            } finally {
                executor.end(session);
            }
        }

        String call(Object... arguments) {
            int before = received.length();
            assertThat(send(arguments)).isEqualTo(Outcome.DONE);
            return received.substring(before);
        }

        private void receive(ByteBuf bytes) {
            received.append(bytes.toString(ISO_8859_1));
            bytes.release();
        }

        @Override
        public void send(ByteBuf full) {
            receive(full);
        }

        @Override
        public PendingReply pendingReply() {
            isPending = true;
            return new PendingReply() {
                @Override
                public void reply(ByteBuf whole) {
                    throw new AssertionError("not in parts");
                }

                @Override
                public boolean inParts(java.util.function.Consumer<Parts> begin) {
                    begin.accept(TestClient.this::addPart);
                    return true;
                }
            };
        }

        private boolean addPart(ByteBuf part, boolean isLast, Runnable taken) {
            receive(part);
            isPending &= !isLast;
            if (takes) {
                taken.run();
            } else {
                untaken.add(taken);
            }
            return !isKilled;
        }

        @Override
        public boolean hasPendingReplies() {
            return isPending;
        }

        @Override
        public void kill() {
            isKilled = true;
        }

        @Override
        public void finish() {
            isKilled = true;
        }
    }

    private void fill(int keys, String prefix) {
        for (int i = 0; i < keys; i++) {
            store.put((prefix + i).getBytes(ISO_8859_1), "v".getBytes(ISO_8859_1));
        }
    }

    /** Runs one turn of the loop. */
    private void turn() {
        Runnable next = turns.poll();
        assertThat(next).isNotNull();
        if (next != null) {
            next.run();
        }
    }

    /** Runs turns until nothing is left, and looks after each whether another client is served; how many there were. */
    private int turnsUntilDone(@Nullable TestClient other) {
        int count = 0;
        while (!turns.isEmpty()) {
            assertThat(turns).hasSize(1);
            turn();
            count++;
            if (other != null) {
                assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
            }
        }
        return count;
    }

    private static Object[] manyKeys(String command, int keys) {
        Object[] request = new Object[keys + 1];
        request[0] = command;
        for (int i = 0; i < keys; i++) {
            request[i + 1] = "key" + i;
        }
        return request;
    }

    // ---------------------------------------------------------------- walks through all keys

    @Test
    void keysLooksAtAPartOfTheStoreInEachTurn() {
        fill(KEYS, "key");
        TestClient greedy = new TestClient();
        TestClient other = new TestClient();
        greedy.send("KEYS", "key4999*");
        assertThat(greedy.received).isEmpty();
        assertThat(turnsUntilDone(other)).isGreaterThan(KEYS / (2 * ENTRIES));
        assertThat(greedy.received).startsWith("*11\r\n").contains("key49999\r\n");
        assertThat(shared.counters.slices.sum()).isGreaterThan(KEYS / (2 * ENTRIES));
    }

    @Test
    void keysGivesItsReplyInParts() {
        fill(KEYS, "key");
        TestClient greedy = new TestClient();
        greedy.send("KEYS", "*");
        int before = 0;
        while (!turns.isEmpty()) {
            turn();
            assertThat(greedy.received.length() - before).isLessThan(256 << 10);
            before = greedy.received.length();
        }
        assertThat(greedy.received).startsWith("*" + KEYS + "\r\n");
        assertThat(greedy.received.toString().split("\r\n", -1)).hasSize(1 + 2 * KEYS + 1);
    }

    @Test
    void aPatternThatTakesManyStepsMakesMoreUnitsAndNotLongerOnes() {
        String text = "a".repeat(400);
        fill(2_000, text);
        TestClient greedy = new TestClient();
        TestClient other = new TestClient();
        greedy.send("KEYS", "*" + "a".repeat(190) + "b");
        int hostile = turnsUntilDone(other);
        assertThat(greedy.received).hasToString("*0\r\n");
        greedy.send("KEYS", "b*");
        int harmless = turnsUntilDone(other);
        // Each key takes about 190 times 210 steps, and a unit takes 65,536 and the rest of one key.
        assertThat(hostile).isGreaterThan(2_000 / 3);
        assertThat(harmless).isLessThan(2_000 / ENTRIES * 3);
    }

    @Test
    void aPatternThatTakesTooManyStepsForOneKeyIsAnError() {
        store.put("a".repeat(60_000).getBytes(ISO_8859_1), "v".getBytes(ISO_8859_1));
        TestClient greedy = new TestClient();
        for (String command : List.of("KEYS", "SCAN")) {
            String pattern = "*" + "a".repeat(30_000) + "b";
            Object[] request = command.equals("KEYS")
                    ? new Object[] {command, pattern}
                    : new Object[] {"SCAN", 0, "MATCH", pattern};
            greedy.send(request);
            turnsUntilDone(null);
            assertThat(greedy.received).startsWith("-ERR the pattern takes more than 262144 steps");
            greedy.received.setLength(0);
        }
    }

    @Test
    void globsEndAfterABoundedNumberOfSteps() {
        byte[] text = "a".repeat(1 << 20).getBytes(ISO_8859_1);
        for (String pattern : List.of(
                "*" + "a".repeat(1 << 19) + "b",
                "*" + "[" + "b".repeat(100_000) + "]",
                "*".repeat(1 << 20) + "b",
                "*a".repeat(1 << 18) + "b",
                "[" + "a-".repeat(1 << 18))) {
            long result = new Glob(pattern.getBytes(ISO_8859_1)).match(text, Glob.MOST_STEPS);
            assertThat(Glob.isMatch(result)).isFalse();
            assertThat(Glob.steps(result)).isLessThan(2L * Glob.MOST_STEPS + (1 << 20));
        }
    }

    @Test
    void scanOfManyDoesSoInUnits() {
        fill(KEYS, "key");
        TestClient client = new TestClient();
        client.send("SCAN", "0", "COUNT", "10000");
        assertThat(turnsUntilDone(new TestClient())).isBetween(10_000 / (2 * ENTRIES), 10_000 / ENTRIES + 10);
        assertThat(client.received).startsWith("*2\r\n");
        client.received.setLength(0);
        client.call("SCAN", "0", "COUNT", "10");
        assertThat(turns).as("a usual SCAN is done at once").isEmpty();
    }

    @Test
    void databasesAreCountedAndEmptiedInUnits() {
        fill(KEYS, "key");
        TestClient client = new TestClient();
        client.call("SELECT", "1");
        client.call("SET", "only", "one");
        client.send("DBSIZE");
        assertThat(turnsUntilDone(new TestClient())).isGreaterThan(KEYS / (2 * ENTRIES));
        assertThat(client.received).endsWith(":1\r\n");
        client.send("FLUSHDB");
        assertThat(turnsUntilDone(new TestClient())).isGreaterThan(KEYS / (2 * ENTRIES));
        assertThat(client.received).endsWith("+OK\r\n");
        assertThat(store.size()).isEqualTo(KEYS);
        client.send("RANDOMKEY");
        turnsUntilDone(new TestClient());
        assertThat(client.received).endsWith("\r\n");
        client.call("INFO", "keyspace");
        assertThat(turns).as("INFO estimates").isEmpty();
    }

    // ---------------------------------------------------------------- many keys

    @Test
    void commandsOnManyKeysAreDoneInUnits() {
        for (String command : List.of("EXISTS", "TOUCH", "MGET", "DEL", "UNLINK")) {
            fill(20_000, "key");
            TestClient greedy = new TestClient();
            greedy.send(manyKeys(command, 20_000));
            int count = turnsUntilDone(new TestClient());
            assertThat(count).as(command).isEqualTo(20_000 / KeyLoop.KEYS_PER_SLICE);
            String expected = command.equals("MGET") ? "*20000\r\n" + "$1\r\nv\r\n".repeat(20_000) : ":20000\r\n";
            assertThat(greedy.received.toString()).isEqualTo(expected);
            TestClient modest = new TestClient();
            modest.call(manyKeys(command, KeyLoop.KEYS_PER_SLICE));
            assertThat(turns).as("one unit is done at once").isEmpty();
        }
    }

    @Test
    void aKeyThatIsTooLongIsAnErrorBeforeAnythingIsDone() {
        fill(2_000, "key");
        Object[] request = manyKeys("DEL", 2_000);
        request[2_000] = new byte[1 << 17];
        assertThat(new TestClient().call(request)).startsWith("-ERR key of 131072 bytes");
        assertThat(store.size()).isEqualTo(2_000);
        assertThat(turns).isEmpty();
    }

    @Test
    void oneUnitRunsInEachTurnHoweverManyClientsWantOne() {
        fill(KEYS, "key");
        List<TestClient> greedy = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            greedy.add(new TestClient());
            greedy.getLast().send("KEYS", "none*");
        }
        long before = shared.counters.slices.sum();
        for (int i = 1; i <= 1_000; i++) {
            turn();
            assertThat(shared.counters.slices.sum()).isEqualTo(before + i);
        }
        turnsUntilDone(null);
        assertThat(greedy).allSatisfy(client -> assertThat(client.received).hasToString("*0\r\n"));
    }

    @Test
    void laterRequestsOfTheSameClientWait() {
        fill(2_000, "key");
        TestClient client = new TestClient();
        client.send(manyKeys("DEL", 2_000));
        assertThat(client.send("GET", "key1999")).isEqualTo(Outcome.AFTER_REPLIES);
        assertThat(client.send("SELECT", "1")).isEqualTo(Outcome.AFTER_REPLIES);
        turnsUntilDone(null);
        assertThat(client.received).hasToString(":2000\r\n");
        assertThat(client.call("GET", "key1999")).isEqualTo("$-1\r\n");
    }

    @Test
    void aClientThatDoesNotTakeItsReplyStopsItsCommand() {
        store.put("key0".getBytes(ISO_8859_1), new byte[100_000]);
        Object[] request = manyKeys("MGET", 1_000);
        Arrays.fill(request, 1, request.length, "key0");
        TestClient slow = new TestClient();
        slow.takes = false;
        slow.send(request);
        turnsUntilDone(null);
        assertThat(slow.isPending).isTrue();
        assertThat(slow.received.length()).isLessThan(2 << 20);
        slow.takes = true;
        while (!slow.untaken.isEmpty()) {
            slow.untaken.remove().run();
        }
        turnsUntilDone(null);
        assertThat(slow.isPending).isFalse();
        assertThat(slow.received.length()).isGreaterThan(100_000_000);
    }

    @Test
    void aClientThatIsGoneGetsNoMoreOfItsCommandDone() {
        fill(KEYS, "key");
        TestClient gone = new TestClient();
        gone.send("KEYS", "*");
        turn();
        executor.disconnected(gone.session);
        clients.remove(gone);
        assertThat(turnsUntilDone(null)).isLessThan(3);
    }

    @Test
    void whoWantsNoRepliesGetsNone() {
        fill(2_000, "key");
        TestClient client = new TestClient();
        client.send("CLIENT", "REPLY", "OFF");
        client.send(manyKeys("DEL", 2_000));
        turnsUntilDone(null);
        assertThat(client.received).isEmpty();
        assertThat(store.size()).isZero();
        assertThat(client.isPending).isFalse();
    }

    // ---------------------------------------------------------------- what runs alone

    @Test
    void atomicCommandsAreBoundedByTheirKeys() {
        TestClient client = new TestClient();
        for (String command : List.of("MSET", "MSETNX")) {
            Object[] request = manyKeys(command, CommandExecutor.MOST_ARGUMENTS_ALONE + 2);
            assertThat(client.call(request)).startsWith("-ERR " + command + " takes at most 131072 arguments");
        }
        Object[] bitop = manyKeys("BITOP", CommandExecutor.MOST_ARGUMENTS_ALONE + 2);
        bitop[1] = "AND";
        assertThat(client.call(bitop)).startsWith("-ERR BITOP takes at most 131072 arguments");
        assertThat(store.size()).isZero();
    }

    /** Its time was the number of keys times the longest value. With a million keys it would not end. */
    @Test
    void bitopTakesNoTimeForKeysThatAreMissing() {
        store.put("large".getBytes(ISO_8859_1), new byte[4 << 20]);
        TestClient client = new TestClient();
        for (String operation : List.of("AND", "OR", "XOR")) {
            Object[] request = manyKeys("BITOP", 100_000);
            request[1] = operation;
            request[2] = "target";
            request[3] = "large";
            assertThat(client.call(request)).isEqualTo(":" + (4 << 20) + "\r\n");
        }
    }

    @Test
    void aTransactionIsBoundedByItsArguments() {
        TestClient client = new TestClient();
        client.call("MULTI");
        assertThat(client.call(manyKeys("DEL", 100_000))).isEqualTo("+QUEUED\r\n");
        assertThat(client.call(manyKeys("DEL", 100_000))).contains("larger than 131072 arguments");
        assertThat(client.call("EXEC")).startsWith("-EXECABORT");
    }

    @Test
    void aTransactionIsBoundedByUnits() {
        int many = (Slices.MOST_ALONE + 10) * ENTRIES;
        fill(many, "key");
        TestClient client = new TestClient();
        client.call("SELECT", "1");
        client.call("SET", "k", "v");
        client.call("MULTI");
        for (int i = 0; i < 3; i++) {
            client.call("KEYS", "none*");
        }
        client.call("FLUSHDB");
        client.call("SET", "after", "1");
        String reply = client.call("EXEC");
        assertThat(reply)
                .startsWith("*5\r\n")
                .contains("-ERR KEYS takes too long for a transaction")
                .contains("-ERR FLUSHDB takes too long for a transaction")
                .endsWith("+OK\r\n");
        assertThat(client.call("GET", "k")).isEqualTo("$1\r\nv\r\n");
        assertThat(turns).isEmpty();
    }

    @Test
    void aTransactionIsBoundedByTheBytesThatItsCommandsUse() {
        store.put("large".getBytes(ISO_8859_1), new byte[4 << 20]);
        for (List<String> command : List.of(
                List.of("BITCOUNT", "large"), List.of("GETRANGE", "large", "0", "0"), List.of("GET", "large"))) {
            TestClient client = new TestClient();
            client.call("MULTI");
            for (int i = 0; i < 30; i++) {
                client.call(command.toArray());
            }
            String[] replies = client.call("EXEC").split("-ERR the commands of the transaction before", -1);
            assertThat(replies.length - 1).as(command.toString()).isBetween(10, 14);
        }
    }
}
