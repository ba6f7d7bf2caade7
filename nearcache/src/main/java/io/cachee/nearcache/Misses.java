package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;

/**
 * Handles reads of keys that L2 does not have. If the keyspace has a miss wait, only the first reader learns that the
 * key is missing, and the others wait until it has written the key. A {@link MissGate} makes the readers of this pod
 * wait for each other; a key in L2 does the same for the readers of all pods. Confined to the link's event loop.
 */
final class Misses {
    private static final byte[] FLIGHT = "cachee:flight:{".getBytes(StandardCharsets.ISO_8859_1);

    private final L2 l2;
    private final MissGate gate;

    Misses(L2 l2, EventLoop loop) {
        this.l2 = l2;
        this.gate = new MissGate(loop);
    }

    /** Handles a miss. Runs {@code tell} or {@code askAgain} once, now or later. */
    void missing(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        KeyspacePolicy policy = keyspace.policy();
        long waitMillis = policy.missWaitMillis();
        if (waitMillis <= 0) {
            tell.run();
        } else if (!gate.enter(key, waitMillis)) {
            awaitFilling(key, keyspace, tell, askAgain);
        } else if (policy.fleet()) {
            claim(key, keyspace, tell, askAgain);
        } else {
            tell.run();
        }
    }

    private void awaitFilling(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        keyspace.count(KeyspaceCounter.MISSES_HELD);
        if (!gate.isFilling(key)) {
            // The key was written while L2 was asked who fills it.
            askAgain.run();
        } else if (!gate.await(key, keyspace.policy().missWaitMillis(), askAgain, tell)) {
            tell.run();
        }
    }

    /** Asks L2 whether a client of another pod is filling the key. */
    private void claim(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        byte[] name = flightName(key);
        ByteBuf request = RequestEncoder.encode(
                Arguments.SET,
                name,
                Arguments.ONE,
                Arguments.NX,
                Arguments.PX,
                Arguments.number(keyspace.policy().missWaitMillis()));
        l2.send(request, l2.slotOf(name, 0, name.length), RespVersion.EITHER, -1, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                boolean isHeldElsewhere = ReplyReader.isNull(frame);
                if (isHeldElsewhere) {
                    awaitFilling(key, keyspace, tell, askAgain);
                } else {
                    tell.run();
                }
            }

            @Override
            public void failed(L2Failure why) {
                tell.run();
            }
        });
    }

    /** The key that exists in L2 while a client of some pod is filling another key. */
    private static byte[] flightName(byte[] key) {
        byte[] name = new byte[FLIGHT.length + key.length + 1];
        System.arraycopy(FLIGHT, 0, name, 0, FLIGHT.length);
        System.arraycopy(key, 0, name, FLIGHT.length, key.length);
        name[name.length - 1] = '}';
        return name;
    }

    /** Wakes the readers who wait for a key, because it has changed. */
    void changed(byte[] key) {
        gate.changed(key);
    }

    /** The number of waiting readers. */
    int waiting() {
        return gate.waiting();
    }
}
