package io.cachee.bench;

import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** One client of one sidecar, who also writes to L2 behind its back. It judges all that it reads. */
final class ProofClient {
    private static final int WRITES_PERCENT = 20;
    private static final int DIRECT_PERCENT = 30;
    private static final String SCRIPT = "return redis.call('SET', KEYS[1], ARGV[1])";

    private final ProofSidecar sidecar;
    private final RedisServerProcess redis;
    private final AtomicReferenceArray<KeyHistory> keys;
    private final ProofTally tally;
    private final Random random;
    /** The last version of each key that this client has had acknowledged by its sidecar. */
    private final Map<KeyHistory, Integer> own = new HashMap<>();

    private @Nullable RespClient through;
    private @Nullable RespClient direct;

    ProofClient(
            ProofSidecar sidecar,
            RedisServerProcess redis,
            AtomicReferenceArray<KeyHistory> keys,
            ProofTally tally,
            long seed) {
        this.sidecar = sidecar;
        this.redis = redis;
        this.keys = keys;
        this.tally = tally;
        this.random = new Random(seed);
    }

    void runUntil(long deadlineNanos) {
        while (System.nanoTime() - deadlineNanos < 0) {
            int place = random.nextInt(keys.length());
            KeyHistory history = keys.get(place);
            try {
                if (random.nextInt(100) >= WRITES_PERCENT) {
                    read(history);
                } else if (history.writing.tryLock()) {
                    try {
                        write(history, place);
                    } finally {
                        history.writing.unlock();
                    }
                }
            } catch (IOException lost) {
                tally.errors.increment();
                hangUp();
            }
        }
        hangUp();
    }

    // ---------------------------------------------------------------- reading

    private void read(KeyHistory history) throws IOException {
        RespClient client = through();
        long began = System.nanoTime();
        boolean many = random.nextInt(4) == 0;
        RespValue reply = many ? client.call("MGET", history.key, "absent") : client.call("GET", history.key);
        if (reply.isError()) {
            tally.errors.increment();
            return;
        }
        RespValue value = many ? reply.item(0) : reply;
        int version = value.isNull() ? 0 : history.version(value.string());
        tally.read(history, version, own.getOrDefault(history, 0), began);
    }

    // ---------------------------------------------------------------- writing

    private void write(KeyHistory history, int place) throws IOException {
        if (history.isUncertain()) {
            return;
        }
        int version = history.next();
        boolean isDirect = random.nextInt(100) < DIRECT_PERCENT;
        boolean acknowledged = false;
        try {
            acknowledged = isDirect ? isOk(direct().call("SET", history.key, history.value(version))) : put(history);
        } finally {
            if (acknowledged) {
                history.acknowledge(System.nanoTime());
                tally.writes.increment();
            } else {
                history.giveUp();
                tally.gaveUp(history);
                keys.set(place, tally.fresh());
            }
        }
        if (acknowledged && !isDirect) {
            own.put(history, version);
        }
    }

    private boolean put(KeyHistory history) throws IOException {
        RespClient client = through();
        String value = history.value(history.next());
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

    private RespClient direct() throws IOException {
        RespClient open = direct;
        if (open == null) {
            open = RespClient.connect(redis.port(), (int) TimeUnit.SECONDS.toMillis(5));
            direct = open;
        }
        return open;
    }

    private void hangUp() {
        for (RespClient open : new RespClient[] {through, direct}) {
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException gone) {
                tally.errors.increment();
            }
        }
        through = null;
        direct = null;
    }
}
