package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Loads values from L2, with one load for each key however many readers wait for it. Loads and invalidations happen on
 * the same thread, the link's event loop, so nothing comes between judging a loaded value and storing it.
 *
 * <p>A value is kept if its slot's generation is still the one in which the load was sent, and the key has not been
 * forgotten since. The readers who waited get it in any case: they asked before it could have been outdated. A reader
 * who asks after the key was forgotten gets a new load.
 */
final class Loads {
    private static final int MOST_WAITING_KEYS = 20_000;

    private final L1Values values;
    private final L2 l2;
    private final boolean isCluster;
    private final LoadFences fences;
    private final HotCopies copies;
    private final LoadWindow window;
    private final Map<ByteBuffer, Load> byKey = new HashMap<>();
    private final Deque<Load> queue = new ArrayDeque<>();
    private final LargeValues large = new LargeValues();

    Loads(L1Values values, L2 l2, boolean isCluster, HotCopies copies, int mostInFlight) {
        this.values = values;
        this.l2 = l2;
        this.isCluster = isCluster;
        this.fences = values.fences();
        this.copies = copies;
        this.window = new LoadWindow(mostInFlight);
    }

    private final class Load implements ReplyHandler {
        private final byte[] key;
        private final ByteBuffer name;
        private final Keyspace keyspace;
        private final int slot;
        private final List<Consumer<Loaded>> waiters = new ArrayList<>(1);
        private long fence;
        private long validSince;
        private int generation;
        private long sentNanos;
        /** The reply to GET, until the one to PTTL arrives. */
        private @Nullable Loaded got;
        /** The name of the copy that was asked for first, if any. */
        private byte @Nullable [] copy;

        private boolean over;

        Load(byte[] key, ByteBuffer name, Keyspace keyspace) {
            this.key = key;
            this.name = name;
            this.keyspace = keyspace;
            this.slot = l2.slotOf(key, 0, key.length);
            this.fence = fences.of(key);
            this.validSince = keyspace.validSince();
        }

        /** Whether the key and its keyspace have not been outdated since the load was sent. */
        boolean isCurrent() {
            return fences.of(key) == fence && keyspace.validSince() == validSince;
        }

        void send() {
            if (copies.shouldAsk(key, keyspace, values.clockMillis())) {
                byte[] other = copies.name(key, keyspace.policy());
                copy = other;
                send(other, l2.slotOf(other, 0, other.length), true);
            } else {
                send(key, slot, false);
            }
        }

        /** Asks for the key, or for a copy of it. */
        private void send(byte[] asked, int slotAsked, boolean isCopy) {
            fence = fences.of(key);
            validSince = keyspace.validSince();
            generation = l2.generation(slot);
            sentNanos = System.nanoTime();
            got = null;
            keyspace.count(KeyspaceCounter.LOADS);
            l2.sendTracked(RequestEncoder.encode(Arguments.GET, asked), slotAsked, this);
            l2.sendTracked(RequestEncoder.encode(Arguments.PTTL, asked), slotAsked, new ReplyHandler() {
                @Override
                public void reply(ByteBuf frame) {
                    timeToLive(frame, isCopy);
                }

                @Override
                public void failed(L2Failure why) {
                    Load.this.failed(why);
                }
            });
        }

        @Override
        public void reply(ByteBuf frame) {
            got = Loaded.of(frame);
        }

        private void timeToLive(ByteBuf frame, boolean isOfCopy) {
            Loaded value = got;
            if (value == null || over) {
                return;
            }
            long ttlMillis = ReplyReader.integer(frame);
            long nanos = System.nanoTime() - sentNanos;
            keyspace.add(KeyspaceCounter.LOAD_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos));
            if (isOfCopy && (value.kind() != Loaded.Kind.VALUE || ttlMillis <= 0)) {
                send(key, slot, false);
                return;
            }
            if (value.kind() == Loaded.Kind.FAILED) {
                fail(value);
                return;
            }
            keyspace.add(KeyspaceCounter.LOADED_BYTES, value.length());
            boolean current = generation != 0 && l2.generation(slot) == generation && isCurrent();
            boolean expiredMeanwhile = value.kind() == Loaded.Kind.VALUE && ttlMillis == -2;
            int millis = (int) TimeUnit.NANOSECONDS.toMillis(nanos);
            if (isOfCopy) {
                keyspace.count(KeyspaceCounter.COPY_LOADS);
            } else if (copy != null) {
                copies.make(copy, value, millis);
            }
            if (current && !expiredMeanwhile && ttlMillis >= -2) {
                values.keep(key, keyspace, value, isOfCopy, ttlMillis, generation, millis);
            }
            finish(value, true);
        }

        @Override
        public void failed(L2Failure why) {
            if (!over) {
                fail(Loaded.failed(why));
            }
        }

        private void fail(Loaded failure) {
            boolean isNoAnswer = failure.kind() == Loaded.Kind.FAILED;
            keyspace.add(KeyspaceCounter.LOAD_FAILURES, isNoAnswer ? 1 : 0);
            finish(failure, !isNoAnswer);
        }

        private void finish(Loaded result, boolean succeeded) {
            over = true;
            byKey.remove(name, this);
            window.left(succeeded);
            if (result.kind() == Loaded.Kind.TOO_LARGE) {
                large.add(name, values.clockMillis());
            }
            for (Consumer<Loaded> waiter : waiters) {
                waiter.accept(result);
            }
            sendQueued();
        }
    }

    /** Loads a key, or waits for a running load of it. */
    void load(byte[] key, Keyspace keyspace, Consumer<Loaded> waiter) {
        ByteBuffer name = ByteBuffer.wrap(key);
        if (large.has(name, values.clockMillis())) {
            waiter.accept(
                    new Loaded(Loaded.Kind.TOO_LARGE, null, "ERR the value is too large to be held (--l2-max-reply)"));
            return;
        }
        Load running = byKey.get(name);
        if (running != null && running.isCurrent()) {
            running.waiters.add(waiter);
            return;
        }
        if (queue.size() >= MOST_WAITING_KEYS) {
            keyspace.count(KeyspaceCounter.LOAD_FAILURES);
            waiter.accept(Loaded.failed("too many loads wait already"));
            return;
        }
        Load load = new Load(key, name, keyspace);
        load.waiters.add(waiter);
        byKey.put(name, load);
        if (window.tryEnter()) {
            load.send();
        } else {
            queue.add(load);
        }
    }

    /** Loads many keys in the background. */
    void load(List<byte[]> keys, BulkLoad.Progress progress) {
        new BulkLoad(this, values, l2, isCluster, window, keys, progress).proceed();
    }

    private void sendQueued() {
        while (!queue.isEmpty() && window.tryEnter()) {
            queue.remove().send();
        }
    }

    /** Begins with few loads at a time, because L2 has come back. */
    void restart() {
        window.restart();
    }

    int inFlight() {
        return window.inFlight();
    }

    int waiting() {
        return queue.size();
    }
}
