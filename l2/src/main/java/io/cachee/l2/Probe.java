package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Measures the invalidation lag. Periodically, a key of the link's own is read over a tracked connection and written
 * over another; the lag is the time from the write to the key's invalidation.
 */
@EventLoopConfined
final class Probe {
    static final String KEY = "cachee:probe:";
    private static final int EVERY_MILLIS = 15_000;
    private static final int FIRST_MILLIS = 500;
    private static final int LIFETIME_MILLIS = 60_000;
    private static final long UNKNOWN = -1;

    private final String key;
    private final byte[] keyBytes;
    private final RandomGenerator random;
    private volatile long lagNanos = UNKNOWN;
    private @Nullable ScheduledFuture<?> next;
    private boolean closed;
    /** When the write was sent whose invalidation is awaited; 0 for none. */
    private long writtenAt;

    Probe(RandomGenerator random) {
        this.random = random;
        this.key = KEY + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
        this.keyBytes = key.getBytes(ISO_8859_1);
    }

    /** -1 before the first measurement. From any thread. */
    long lagNanos() {
        return lagNanos;
    }

    boolean isOwn(byte[] changed) {
        return changed.length == keyBytes.length && Arrays.equals(changed, keyBytes);
    }

    /** Adds the probe's key to tracked prefixes that do not cover it. No prefixes: keys that are read are tracked. */
    List<String> prefixes(List<String> wanted) {
        if (wanted.isEmpty() || wanted.stream().anyMatch(key::startsWith)) {
            return wanted;
        }
        List<String> all = new ArrayList<>(wanted);
        all.add(key);
        return all;
    }

    /** Schedules the first round. */
    void open(LinkContext link, Router router) {
        plan(link, router, FIRST_MILLIS);
    }

    private void plan(LinkContext link, Router router, int aboutMillis) {
        if (!closed) {
            int millis = aboutMillis * 3 / 4 + random.nextInt(aboutMillis / 2);
            next = link.loop().schedule(() -> round(link, router), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void round(LinkContext link, Router router) {
        plan(link, router, EVERY_MILLIS);
        if (writtenAt != 0) {
            // The invalidation is late: the lag is at least this long.
            lagNanos = Math.max(lagNanos, System.nanoTime() - writtenAt);
        }
        int slot = router.slotOf(keyBytes, 0, keyBytes.length);
        if (router.generations().of(slot) == Generations.NONE) {
            writtenAt = 0;
            return;
        }
        router.sendTracked(RequestEncoder.encode("GET", key), slot, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (!ReplyReader.isError(frame)) {
                    write(router, slot);
                }
            }

            @Override
            public void failed(L2Failure why) {
                // The next round tries again.
            }
        });
    }

    private void write(Router router, int slot) {
        ByteBuf set = RequestEncoder.encode("SET", key, "1", "PX", String.valueOf(LIFETIME_MILLIS));
        writtenAt = System.nanoTime();
        router.send(set, slot, RespVersion.EITHER, -1, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (ReplyReader.isError(frame)) {
                    writtenAt = 0;
                }
            }

            @Override
            public void failed(L2Failure why) {
                writtenAt = 0;
            }
        });
    }

    /** The probe's key was reported as changed. */
    void seen() {
        if (writtenAt != 0) {
            lagNanos = System.nanoTime() - writtenAt;
            writtenAt = 0;
        }
    }

    void close() {
        closed = true;
        ScheduledFuture<?> planned = next;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
