package io.cachee.nearcache;

import io.cachee.l2.Feed;
import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.L2Options;
import io.cachee.l2.Protocol;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The store as the first of two tiers. It holds values of one database of L2, each with a {@link Stamp}, and serves one
 * only while L2 vouches for it, or within the bound that its keyspace declares.
 *
 * <p>Judging is done on any thread. Loads, what is kept of them, and invalidations happen on the event loop of the
 * link, one after the other.
 */
public final class NearCache implements Feed, AutoCloseable {
    /** Who is told of what changed in L2. On the link's event loop. */
    public interface Listener {
        void invalidated(byte[] key);

        void invalidatedAll();

        void feedBegan(String node);

        void feedEnded(String node, String why);

        /** Something in L2 is not as it should be. */
        void noticed(String problem);
    }

    /** What the placeholder of a lease begins with: whoever reads it finds nothing. */
    public static final String LEASE = "\0cachee:lease:";

    private static final int MOST_WRITES_BEHIND = 10_000;
    private static final long MOST_BYTES_BEHIND = 64L << 20;
    private static final long DRAIN_MILLIS = 5_000;
    private static final int ROUNDING_MILLIS = 2;
    /** When a slot moves, nobody reports that a key which had been absent was written at the new node. */
    private static final int LONGEST_ABSENCE_IN_CLUSTER_MILLIS = 1_000;

    private final Store store;
    private final Keyspaces keyspaces;
    private final UnaryOperator<byte[]> storedName;
    private final Listener listener;
    private final EventLoop loop;
    private final boolean isCluster;
    private final List<String> trackedPrefixes;
    private final L2 l2;
    private final LoadFences epochs = new LoadFences();
    private final HotCopies copies;
    private final Loads loads;
    private final MissGate gate;
    private final WriteBehind writeBehind;
    private final KeyspaceVersions versions;
    private final ChangeEvents events;
    private final EndedGenerations vouchers = new EndedGenerations();
    private final Freshness freshness =
            new Freshness(vouchers, () -> ThreadLocalRandom.current().nextDouble());
    /** The generation of each node whose feed is alive. Of the link's event loop. */
    private final Map<String, Integer> feeds = new HashMap<>();
    /** Whether a feed has ended since the start. Of the same. */
    private boolean wasLost;

    private final CompletableFuture<Void> coherent = new CompletableFuture<>();
    private final LongAdder flushes = new LongAdder();

    /**
     * Opens the link.
     *
     * @param storedName a key of L2 as the store knows it
     * @param mostLoads how many loads may be on their way at once
     */
    public static NearCache open(
            Store store,
            Keyspaces keyspaces,
            UnaryOperator<byte[]> storedName,
            Listener listener,
            EventLoop loop,
            L2Options options,
            int mostLoads) {
        // Made on the link's event loop, so that nothing is heard from the link before there is all of it.
        Future<NearCache> made =
                loop.submit(() -> new NearCache(store, keyspaces, storedName, listener, loop, options, mostLoads));
        made.awaitUninterruptibly();
        if (made.cause() instanceof IllegalArgumentException wrong) {
            throw wrong;
        }
        if (!made.isSuccess()) {
            throw new IllegalStateException("the link to L2 cannot be made", made.cause());
        }
        return made.getNow();
    }

    private NearCache(
            Store store,
            Keyspaces keyspaces,
            UnaryOperator<byte[]> storedName,
            Listener listener,
            EventLoop loop,
            L2Options options,
            int mostLoads) {
        this.store = store;
        this.keyspaces = keyspaces;
        this.storedName = storedName;
        this.listener = listener;
        this.loop = loop;
        this.isCluster = L2.slots(options) > 1;
        this.trackedPrefixes = options.trackedPrefixes();
        this.l2 = L2.open(options, loop, this);
        this.copies = new HotCopies(l2);
        this.loads = new Loads(this, l2, epochs, copies, mostLoads);
        this.gate = new MissGate(loop);
        this.writeBehind = new WriteBehind(this, l2, loop, MOST_WRITES_BEHIND, MOST_BYTES_BEHIND);
        this.versions = new KeyspaceVersions(l2, this::outdate, listener::noticed);
        this.events = new ChangeEvents(l2, loop, versions, listener::noticed);
    }

    /** These prefixes, and those that are needed to hear of what is told to all sidecars. */
    public static List<String> prefixes(List<String> wanted) {
        List<String> all = new ArrayList<>(wanted);
        for (String own : List.of(ChangeEvents.NAME, KeyspaceVersions.NAME)) {
            if (wanted.stream().noneMatch(own::startsWith)) {
                all.add(own);
            }
        }
        return all;
    }

    /** Under which prefixes L2 reports all changes; empty when it reports those of the keys that were read. */
    public List<String> trackedPrefixes() {
        return trackedPrefixes;
    }

    /** Is done on the link's event loop when a feed has begun for the first time. */
    CompletableFuture<Void> whenCoherent() {
        return coherent.thenComposeAsync(CompletableFuture::completedFuture, loop);
    }

    public L2 l2() {
        return l2;
    }

    /** Whether keys are in several places, so that a command on many may not be one. */
    public boolean isCluster() {
        return isCluster;
    }

    public EventLoop loop() {
        return loop;
    }

    public Keyspaces keyspaces() {
        return keyspaces;
    }

    // ---------------------------------------------------------------- what is in L1

    /** The store's clock. */
    long clockMillis() {
        return store.clockMillis();
    }

    /** What may be done with a value found in L1, by its stamp. */
    public Verdict judge(Stamp stamp, Keyspace keyspace) {
        int generation = l2.generation(stamp.slot());
        return freshness.judge(stamp, keyspace.policy(), keyspace.validSince(), generation, store.clockMillis());
    }

    /** Keeps what a load has brought. */
    void keep(
            byte[] key,
            Keyspace keyspace,
            Loaded loaded,
            boolean isOfCopy,
            long l2Ttl,
            int generation,
            int loadMillis) {
        KeyspacePolicy policy = keyspace.policy();
        boolean isAbsent = loaded.kind() == Loaded.Kind.ABSENT;
        byte[] stamped = isAbsent ? new byte[Stamp.BYTES] : loaded.value();
        if (stamped == null || isTooLarge(stamped.length, policy)) {
            return;
        }
        long remembered = policy.missWait() > 0 ? 0 : policy.negativeTtl();
        if (isCluster) {
            remembered = Math.min(remembered, LONGEST_ABSENCE_IN_CLUSTER_MILLIS);
        }
        // What is left was said when the request was in L2, at most as long ago as loading took; and both clocks, and
        // that time, were rounded.
        long left = l2Ttl >= 0 && !isAbsent ? l2Ttl - loadMillis - ROUNDING_MILLIS : Long.MAX_VALUE;
        long longest = isAbsent ? remembered : policy.l1Ttl();
        long jittered = (long)
                (longest * (1 - policy.jitter() * ThreadLocalRandom.current().nextDouble()));
        long lifetime = Math.min(Math.min(jittered, left), Integer.MAX_VALUE);
        if (lifetime <= 0) {
            return;
        }
        boolean mayBeStale = !isAbsent && policy.consistency() != KeyspacePolicy.Consistency.STRONG;
        long now = store.clockMillis();
        long l2Expiry = l2Ttl >= 0 && !isAbsent ? now + left : 0;
        new Stamp()
                .of(kindOf(isAbsent, isOfCopy), l2.slotOf(key, 0, key.length), generation)
                .loaded(now, (int) lifetime, l2Expiry, loadMillis)
                .write(stamped);
        byte[] name = storedName.apply(key);
        long ttl = lifetime + (mayBeStale ? policy.staleIfError() : 0);
        PutResult ignored = store.put(name, 0, name.length, stamped, 0, stamped.length, ttl, PutMode.ALWAYS);
    }

    private static Stamp.Kind kindOf(boolean isAbsent, boolean isOfCopy) {
        return isAbsent ? Stamp.Kind.ABSENT : isOfCopy ? Stamp.Kind.COPY : Stamp.Kind.VALUE;
    }

    private boolean isTooLarge(int stampedLength, KeyspacePolicy policy) {
        long most = policy.maxValueSize();
        return stampedLength > store.maxValueSize() || most > 0 && stampedLength - Stamp.BYTES > most;
    }

    /** A value that may be served though L2 gave no answer, with its stamp, or null. */
    byte @Nullable [] stale(byte[] key, Keyspace keyspace) {
        byte[] value = store.get(storedName.apply(key));
        if (value == null || value.length < Stamp.BYTES) {
            return null;
        }
        Stamp stamp = new Stamp().read(value, value.length);
        if (stamp.isAbsent() || judge(stamp, keyspace) == Verdict.GONE) {
            return null;
        }
        return value;
    }

    /** Forgets a key that a client of this sidecar writes. From any thread. */
    public void forget(byte[] key) {
        copies.written(key, store.clockMillis());
        drop(key);
    }

    /** What is in L1 is gone, and what is on its way is not kept. */
    private void drop(byte[] key) {
        epochs.move(key);
        byte[] name = storedName.apply(key);
        if (name.length > Store.MAX_KEY_SIZE) {
            // It is larger than what can be kept here.
            return;
        }
        if (!store.delete(name, 0, name.length)) {
            store.invalidateCopies(name);
        }
    }

    /** Forgets all. From any thread. */
    public void forgetAll() {
        flushes.increment();
        epochs.moveAll();
        store.clear();
    }

    /** Sets the policies of keyspaces. From any thread. */
    public void define(Map<String, KeyspacePolicy> policies) {
        if (keyspaces.define(policies, store.clockMillis())) {
            loop.execute(() -> store.outdate(store.clockMillis()));
        }
    }

    /** Has what was kept of a keyspace until now be served no more; that of all with {@link KeyspaceVersions#ALL}. */
    private void outdate(String name) {
        long now = store.clockMillis();
        store.outdate(now);
        if (name.equals(KeyspaceVersions.ALL)) {
            keyspaces.all().forEach(keyspace -> keyspace.outdate(now));
        } else {
            keyspaces.named(name).outdate(now);
        }
    }

    // ---------------------------------------------------------------- what is in L2

    /**
     * Loads a key for a reader, or joins who does already; when that fails or takes too long, the reader is given what
     * may be served though it is outdated. From any thread; the answer comes on the link's event loop.
     */
    public void read(byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        SoftDeadlineRead patient = new SoftDeadlineRead(this, key, keyspace, reader);
        if (loop.inEventLoop()) {
            read(patient, key, keyspace);
            return;
        }
        loop.execute(() -> {
            Loaded there = cameMeanwhile(key, keyspace);
            if (there != null) {
                reader.accept(there);
            } else {
                read(patient, key, keyspace);
            }
        });
    }

    private void read(SoftDeadlineRead patient, byte[] key, Keyspace keyspace) {
        patient.begin(loop);
        loads.load(key, keyspace, patient);
    }

    /** Loads a key for those who come later. From any thread. */
    public void load(byte[] key, Keyspace keyspace, Consumer<Loaded> done) {
        if (loop.inEventLoop()) {
            loads.load(key, keyspace, done);
        } else {
            loop.execute(() -> loads.load(key, keyspace, done));
        }
    }

    /** Loads many keys for those who come later. On the link's event loop. */
    public void load(List<byte[]> keys, BulkLoad.Progress progress) {
        loads.load(keys, progress);
    }

    /** What another's load has brought between the look into L1 and the turn of this one. */
    private @Nullable Loaded cameMeanwhile(byte[] key, Keyspace keyspace) {
        byte[] value = store.get(storedName.apply(key));
        if (value == null || value.length < Stamp.BYTES) {
            return null;
        }
        Stamp stamp = new Stamp().read(value, value.length);
        if (judge(stamp, keyspace) != Verdict.FRESH) {
            return null;
        }
        return stamp.isAbsent() ? Loaded.NONE : new Loaded(Loaded.Kind.VALUE, value, "");
    }

    /**
     * Somebody asked for a key that L2 does not have. Either he is told so, and is expected to write it; or somebody
     * else is, and he asks again when the key has changed. On the link's event loop.
     */
    public void missing(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        KeyspacePolicy policy = keyspace.policy();
        long wait = policy.missWait();
        if (wait <= 0) {
            tell.run();
        } else if (!gate.enter(key, wait)) {
            awaitFilling(key, keyspace, tell, askAgain);
        } else if (policy.fleet()) {
            claim(key, keyspace, tell, askAgain);
        } else {
            tell.run();
        }
    }

    private void awaitFilling(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        keyspace.missesHeld.increment();
        if (!gate.isFilling(key)) {
            // It was written while L2 was asked who is to write it.
            askAgain.run();
        } else if (!gate.await(key, keyspace.policy().missWait(), askAgain, tell)) {
            tell.run();
        }
    }

    /** Asks L2 whether a client of another pod is filling the key. */
    private void claim(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        byte[] name = Arguments.flight(key);
        ByteBuf request = RequestEncoder.encode(
                Arguments.SET,
                name,
                Arguments.ONE,
                Arguments.NX,
                Arguments.PX,
                Arguments.number(keyspace.policy().missWait()));
        l2.send(request, l2.slotOf(name, 0, name.length), Protocol.EITHER, -1, new ReplyHandler() {
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

    /** How many wait for others to write what was missing. */
    public int missesWaiting() {
        return gate.waiting();
    }

    /** Loads a key anew for those who come later. From any thread. */
    public void refresh(byte[] key, Keyspace keyspace) {
        keyspace.refreshes.increment();
        load(key, keyspace, _ -> {});
    }

    // ---------------------------------------------------------------- the feed

    @Override
    public void vouches(int slot, int generation) {
        store.vouch(slot, generation);
    }

    @Override
    public void invalidated(byte[] key) {
        keyspaces.of(key, 0, key.length).invalidations.increment();
        drop(key);
        gate.changed(key);
        listener.invalidated(key);
        versions.changed(key);
        events.changed(key);
    }

    @Override
    public void invalidatedAll() {
        forgetAll();
        listener.invalidatedAll();
        versions.look();
        events.look();
    }

    @Override
    public void began(String node, int generation) {
        Integer before = feeds.put(node, generation);
        if (before != null) {
            vouchers.ended(before, store.clockMillis());
        }
        versions.look();
        events.look();
        if (wasLost) {
            loads.feedReturned();
        }
        coherent.complete(null);
        listener.feedBegan(node);
    }

    @Override
    public void ended(String node, String why) {
        wasLost = true;
        Integer before = feeds.remove(node);
        if (before != null) {
            vouchers.ended(before, store.clockMillis());
        }
        listener.feedEnded(node, why);
    }

    /** How many loads are on their way. */
    public int loadsInFlight() {
        return loads.inFlight();
    }

    /** How many loads wait for their turn. */
    public int loadsWaiting() {
        return loads.waiting();
    }

    /** How often all was forgotten at once. */
    public long flushes() {
        return flushes.sum();
    }

    /** Writes that are acknowledged and not in L2 yet. */
    public WriteBehind writeBehind() {
        return writeBehind;
    }

    /** Sends what waits to be written, and leaves. How many keys could not be written. Not on an event loop. */
    public int drain() {
        return writeBehind.drain(DRAIN_MILLIS);
    }

    /** Changes of the database that were told of in L2. */
    public ChangeEvents events() {
        return events;
    }

    /** Removes all keys with a prefix from L2, and from all that sidecars hold. On the link's event loop. */
    public void purge(byte[] prefix, Consumer<Purge.Result> done) {
        new Purge(l2, versions, prefix, done).run();
    }

    @Override
    public void close() {
        loop.execute(events::close);
        l2.close();
    }
}
