package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.Protocol;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes that were acknowledged and are not in L2 yet: the last one of each key, for all that came before it has no
 * effect any more. They are sent in batches, on the event loop of the link. What a crash would lose is what is here,
 * and that is bounded: when it is full, writes go through.
 *
 * <p>A write stays here, and is what reads are answered with, until L2 has acknowledged it. One that failed is sent
 * again, for it can be repeated without harm.
 */
// What is scheduled fails only with the event loop itself.
@SuppressWarnings("FutureReturnValueIgnored")
public final class WriteBehind {
    private static final long FLUSH_MILLIS = 10;
    private static final long RETRY_MILLIS = 200;
    private static final int BATCH = 1_000;
    private static final long OVERHEAD_BYTES = 100;

    /** A write that waits: the value, or null for a deletion. */
    private static final class Pending {
        private final byte[] key;
        private final byte @Nullable [] value;
        /** By {@link System#nanoTime}, or {@link Long#MAX_VALUE} for never. */
        private final long expiresNanos;

        private volatile boolean sent;

        Pending(byte[] key, byte @Nullable [] value, long expiresNanos) {
            this.key = key;
            this.value = value;
            this.expiresNanos = expiresNanos;
        }

        long bytes() {
            return OVERHEAD_BYTES + key.length + (value == null ? 0 : value.length);
        }
    }

    /** What a read finds here. */
    public static final class Found {
        private final byte @Nullable [] value;

        Found(byte @Nullable [] value) {
            this.value = value;
        }

        /** The value, or null when it was deleted or has expired. */
        public byte @Nullable [] value() {
            return value;
        }
    }

    private final NearCache tier;
    private final L2 l2;
    private final EventLoop loop;
    private final int mostKeys;
    private final long mostBytes;
    private final ConcurrentHashMap<ByteBuffer, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder written = new LongAdder();
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private boolean flushIsDue;

    WriteBehind(NearCache tier, L2 l2, EventLoop loop, int mostKeys, long mostBytes) {
        this.tier = tier;
        this.l2 = l2;
        this.loop = loop;
        this.mostKeys = mostKeys;
        this.mostBytes = mostBytes;
    }

    /**
     * Takes a write over; false when there is no room. From any thread.
     *
     * @param value null for a deletion
     * @param ttlMillis 0 for none
     */
    public boolean take(byte[] key, byte @Nullable [] value, long ttlMillis) {
        if (pending.size() >= mostKeys || bytes.get() >= mostBytes) {
            return false;
        }
        long expires = ttlMillis <= 0 ? Long.MAX_VALUE : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ttlMillis);
        Pending taken = new Pending(key, value, expires);
        bytes.addAndGet(taken.bytes());
        Pending before = pending.put(ByteBuffer.wrap(key), taken);
        if (before != null) {
            coalesced.increment();
            bytes.addAndGet(-before.bytes());
        }
        tier.forget(key);
        loop.execute(() -> flushIn(FLUSH_MILLIS));
        return true;
    }

    /** What was written under a key and is not in L2 yet; null for nothing. From any thread. */
    public @Nullable Found find(byte[] key) {
        Pending found = pending.isEmpty() ? null : pending.get(ByteBuffer.wrap(key));
        if (found == null) {
            return null;
        }
        boolean expired = found.expiresNanos != Long.MAX_VALUE && found.expiresNanos - System.nanoTime() <= 0;
        return new Found(expired ? null : found.value);
    }

    /** Sends what waits of a key, so that a request that follows finds it in L2. On the link's event loop. */
    public void flush(byte[] key) {
        Pending one = pending.isEmpty() ? null : pending.get(ByteBuffer.wrap(key));
        if (one != null && !one.sent) {
            send(one);
        }
    }

    private void flushIn(long millis) {
        if (!flushIsDue && !pending.isEmpty()) {
            flushIsDue = true;
            loop.schedule(this::flushAll, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Sends all that waits. On the link's event loop. */
    void flushAll() {
        flushIsDue = false;
        List<Pending> batch = new ArrayList<>();
        for (Pending one : pending.values()) {
            if (!one.sent && batch.size() < BATCH) {
                batch.add(one);
            }
        }
        batch.forEach(this::send);
        if (batch.size() == BATCH) {
            flushIn(0);
        }
    }

    private void send(Pending one) {
        one.sent = true;
        l2.send(request(one), l2.slotOf(one.key, 0, one.key.length), Protocol.RESP2, -1, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (ReplyReader.isError(frame)) {
                    again(one);
                } else {
                    done(one);
                }
            }

            @Override
            public void failed(L2Failure why) {
                again(one);
            }
        });
    }

    private static ByteBuf request(Pending one) {
        byte[] value = one.value;
        if (value == null) {
            return RequestEncoder.encode(Arguments.DEL, one.key);
        }
        if (one.expiresNanos == Long.MAX_VALUE) {
            return RequestEncoder.encode(Arguments.SET, one.key, value);
        }
        long left = TimeUnit.NANOSECONDS.toMillis(one.expiresNanos - System.nanoTime());
        return left <= 0
                ? RequestEncoder.encode(Arguments.DEL, one.key)
                : RequestEncoder.encode(Arguments.SET, one.key, value, Arguments.PX, Arguments.number(left));
    }

    private void done(Pending one) {
        tier.forget(one.key);
        if (pending.remove(ByteBuffer.wrap(one.key), one)) {
            bytes.addAndGet(-one.bytes());
        }
        written.increment();
    }

    private void again(Pending one) {
        retried.increment();
        one.sent = false;
        flushIn(RETRY_MILLIS);
    }

    /** Keys whose last write a crash would lose. */
    public int pendingKeys() {
        return pending.size();
    }

    /** Bytes that a crash would lose. */
    public long pendingBytes() {
        return bytes.get();
    }

    public long written() {
        return written.sum();
    }

    /** Writes that a later one of the same key made needless. */
    public long coalesced() {
        return coalesced.sum();
    }

    public long retried() {
        return retried.sum();
    }

    /** Waits until all is in L2, for so long at most; how many keys are not. Not on an event loop. */
    int drain(long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        loop.execute(this::flushAll);
        while (!pending.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        return pending.size();
    }
}
