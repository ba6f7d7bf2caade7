package io.cachee.bench;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One client of one sidecar, which also writes directly to L2. It checks everything that it reads. */
final class ProofClient {
    private static final int WRITES_PERCENT = 20;
    private static final int READ_BACK_MAX = 8;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final String SCRIPT = "return redis.call('SET', KEYS[1], ARGV[1])";

    private final ProofSidecar sidecar;
    private final DirectClient direct;
    private final ProofKeys keys;
    private final ProofTally tally;
    private final Random random;
    /** The last version of each key that this client has had acknowledged by its sidecar. */
    private final Map<KeyHistory, Own> own = new HashMap<>();

    private @Nullable RespClient through;

    /** A version, and the term of its key in which it was written. */
    private record Own(int version, int term) {
        static final Own NONE = new Own(0, KeyHistory.UNSETTLED);
    }

    ProofClient(ProofSidecar sidecar, DirectClient direct, ProofKeys keys, ProofTally tally, long seed) {
        this.sidecar = sidecar;
        this.direct = direct;
        this.keys = keys;
        this.tally = tally;
        this.random = new Random(seed);
    }

    void runUntil(long deadlineNanos) {
        while (System.nanoTime() - deadlineNanos < 0) {
            try {
                if (random.nextInt(100) >= WRITES_PERCENT) {
                    read(keys.at(ProofKeys.drawRead(random)));
                } else {
                    write(ProofKeys.drawWritten(random));
                }
            } catch (IOException lost) {
                failed();
                hangUp();
            }
        }
        hangUp();
    }

    /** A client that met a failure yields to the others. */
    private void failed() {
        tally.errors.increment();
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    // ---------------------------------------------------------------- reading

    private void read(KeyHistory history) throws IOException {
        RespClient client = through();
        int term = history.term();
        long began = System.nanoTime();
        boolean many = random.nextInt(4) == 0;
        RespValue reply = many ? client.call("MGET", history.key, "absent") : client.call("GET", history.key);
        if (reply.isError()) {
            failed();
            return;
        }
        RespValue value = many ? reply.item(0) : reply;
        int version = value.isNull() ? 0 : history.version(value.string());
        Own written = own.getOrDefault(history, Own.NONE);
        tally.read(history, version, written.term == term ? written.version : 0, began, term);
    }

    // ---------------------------------------------------------------- writing

    private void write(int place) throws IOException {
        KeyHistory history = keys.at(place);
        if (!history.writing.tryLock()) {
            return;
        }
        try {
            if (history.isUncertain() || !write(history, place)) {
                return;
            }
        } finally {
            history.writing.unlock();
        }
        if (!ProofKeys.isWrittenDirectly(place)) {
            for (int i = random.nextInt(READ_BACK_MAX + 1); i > 0; i--) {
                read(history);
            }
        }
    }

    /** Returns whether the write was acknowledged. */
    private boolean write(KeyHistory history, int place) throws IOException {
        int version = history.next();
        int term = history.term();
        boolean acknowledged = false;
        boolean wasSent = true;
        try {
            acknowledged = ProofKeys.isWrittenDirectly(place)
                    ? isOk(direct.call(history.key, "SET", history.key, history.value(version)))
                    : put(history, version);
        } catch (ConnectException refused) {
            wasSent = false;
            throw refused;
        } finally {
            if (acknowledged) {
                history.acknowledge(System.nanoTime());
                tally.writes.increment();
            } else if (wasSent) {
                keys.giveUp(place);
            }
        }
        if (!acknowledged) {
            failed();
        } else if (!ProofKeys.isWrittenDirectly(place)) {
            own.put(history, new Own(version, term));
        }
        return acknowledged;
    }

    private boolean put(KeyHistory history, int version) throws IOException {
        RespClient client = through();
        String value = history.value(version);
        return switch (random.nextInt(5)) {
            case 0 -> isOk(client.call("MSET", history.key, value));
            case 1 -> isOk(client.call("EVAL", SCRIPT, 1, history.key, value));
            case 2 -> {
                client.call("MULTI");
                client.call("SET", history.key, value);
                RespValue done = client.call("EXEC");
                yield done.type() == '*' && done.items().size() == 1 && isOk(done.item(0));
            }
            default -> isOk(client.call("SET", history.key, value));
        };
    }

    private static boolean isOk(RespValue reply) {
        return reply.toString().equals("+OK");
    }

    // ---------------------------------------------------------------- connections

    private RespClient through() throws IOException {
        RespClient open = through;
        if (open == null) {
            open = sidecar.connect();
            through = open;
        }
        return open;
    }

    private void hangUp() {
        RespClient open = through;
        through = null;
        direct.hangUp();
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException gone) {
            tally.errors.increment();
        }
    }
}
