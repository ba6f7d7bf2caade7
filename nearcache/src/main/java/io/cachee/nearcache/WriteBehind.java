package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes that clients believe done and that are not in L2 yet. Only the last write of each key is held, because it
 * makes the earlier ones void. Writes are sent in batches on the link's event loop. A crash loses the writes that are
 * held; their number and size are limited, and when the limit is reached writes go directly to L2.
 *
 * <p>Reads are answered with a held write until L2 has acknowledged it. A write that failed is sent again; repeating it
 * does no harm.
 */
// Scheduled tasks fail only with the event loop itself.
@SuppressWarnings("FutureReturnValueIgnored")
public final class WriteBehind {
    private static final long FLUSH_MILLIS = 10;
    private static final long RETRY_MILLIS = 200;
    private static final int BATCH = 1_000;
    private static final long OVERHEAD_BYTES = 100;

    /** A held write: the value, or null for a deletion. */
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

    /** A held write as a reader sees it. */
    public static final class Found {
        private final byte @Nullable [] value;

        Found(byte @Nullable [] value) {
            this.value = value;
        }

        /** The value; null if it was deleted or has expired. */
        public byte @Nullable [] value() {
            return value;
        }
    }

    private final Consumer<byte[]> forget;
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

    /** With a way to forget a key in L1. */
    WriteBehind(Consumer<byte[]> forget, L2 l2, EventLoop loop, int mostKeys, long mostBytes) {
        this.forget = forget;
        this.l2 = l2;
        this.loop = loop;
        this.mostKeys = mostKeys;
        this.mostBytes = mostBytes;
    }

    /**
     * Holds a write. False if there is no room. From any thread.
     *
     * @param value null for a deletion
     * @param ttlMillis 0 to live forever
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
        forget.accept(key);
        loop.execute(() -> flushIn(FLUSH_MILLIS));
        return true;
    }

    /** The held write of a key; null if there is none. From any thread. */
    public @Nullable Found find(byte[] key) {
        Pending found = pending.isEmpty() ? null : pending.get(ByteBuffer.wrap(key));
        if (found == null) {
            return null;
        }
        boolean expired = found.expiresNanos != Long.MAX_VALUE && found.expiresNanos - System.nanoTime() <= 0;
        return new Found(expired ? null : found.value);
    }

    /** Sends the held write of a key, so that the next request finds it in L2. On the link's event loop. */
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

    /** Sends all held writes. */
    private void flushAll() {
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
        l2.send(request(one), l2.slotOf(one.key, 0, one.key.length), RespVersion.RESP2, -1, new ReplyHandler() {
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
        forget.accept(one.key);
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

    /** The number of held writes, which a crash would lose. */
    public int pendingKeys() {
        return pending.size();
    }

    /** The size of the held writes, which a crash would lose. */
    public long pendingBytes() {
        return bytes.get();
    }

    /** Writes that have reached L2. */
    public long written() {
        return written.sum();
    }

    /** Writes that were not sent because a later one of the same key replaced them. */
    public long coalesced() {
        return coalesced.sum();
    }

    /** Writes that failed and were sent again. */
    public long retried() {
        return retried.sum();
    }

    /**
     * Waits until all held writes are in L2, for at most {@code millis}. Not on an event loop.
     *
     * @return how many writes are not in L2
     */
    int drain(long millis) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        loop.execute(this::flushAll);
        while (!pending.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        return pending.size();
    }
}
