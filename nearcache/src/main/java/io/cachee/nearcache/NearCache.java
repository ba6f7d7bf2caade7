package io.cachee.nearcache;

import io.cachee.l2.Feed;
import io.cachee.l2.L2;
import io.cachee.l2.L2Options;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A store as the near cache (L1) of one database of L2. It serves a value only while L2 would report a change of it, or
 * within the staleness that the value's keyspace allows.
 *
 * <p>Any thread may judge the values in L1. Loads, the keeping of their results, and invalidations happen on the link's
 * event loop, one after the other. Methods may be called from any thread unless they say otherwise.
 */
public final class NearCache implements AutoCloseable {
    /** Hears about changes in L2, on the link's event loop. */
    public interface Listener {
        void invalidated(byte[] key);

        void invalidatedAll();

        void feedBegan(String node);

        void feedEnded(String node, String why);

        /** Something in L2 is not as it should be. */
        void noticed(String problem);
    }

    /** The beginning of the placeholder of a lease. Readers treat a key with such a value as missing. */
    public static final String LEASE = "\0cachee:lease:";

    private static final int MOST_WRITES_BEHIND = 10_000;
    private static final long MOST_BYTES_BEHIND = 64L << 20;
    private static final long DRAIN_MILLIS = 5_000;

    private final Listener listener;
    private final EventLoop loop;
    private final boolean isCluster;
    private final List<String> trackedPrefixes;
    private final L2 l2;
    private final FeedGenerations generations = new FeedGenerations();
    private final L1Values values;
    private final Loads loads;
    private final Reads reads;
    private final Misses misses;
    private final WriteBehind writeBehind;
    private final KeyspaceVersions versions;
    private final ChangeEvents events;

    /**
     * Opens the link to L2.
     *
     * @param storedName the name under which the store keeps a key of L2
     * @param mostLoads how many loads may be in flight at once
     */
    public static NearCache open(
            Store store,
            Keyspaces keyspaces,
            UnaryOperator<byte[]> storedName,
            Listener listener,
            EventLoop loop,
            L2Options options,
            int mostLoads) {
        // On the event loop, so that the link reports nothing before the near cache is complete.
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
        this.listener = listener;
        this.loop = loop;
        this.isCluster = L2.slots(options) > 1;
        this.trackedPrefixes = options.trackedPrefixes();
        this.l2 = L2.open(options, loop, new Coherence());
        HotCopies copies = new HotCopies(l2);
        this.values = new L1Values(store, keyspaces, storedName, l2, isCluster, copies, generations.ended());
        this.loads = new Loads(values, l2, isCluster, copies, mostLoads);
        this.reads = new Reads(values, loads, loop);
        this.misses = new Misses(l2, loop);
        this.writeBehind = new WriteBehind(values::forget, l2, loop, MOST_WRITES_BEHIND, MOST_BYTES_BEHIND);
        this.versions = new KeyspaceVersions(l2, values::outdate, listener::noticed);
        this.events = new ChangeEvents(l2, loop, versions, listener::noticed);
    }

    /** The wanted prefixes, and those that all sidecars need to hear about changes. */
    public static List<String> prefixes(List<String> wanted) {
        List<String> all = new ArrayList<>(wanted);
        for (String own : List.of(ChangeEvents.NAME, KeyspaceVersions.NAME)) {
            if (wanted.stream().noneMatch(own::startsWith)) {
                all.add(own);
            }
        }
        return all;
    }

    // ---------------------------------------------------------------- the link

    /** The link to L2, for requests that do not concern L1. */
    public L2 l2() {
        return l2;
    }

    /** The link's event loop. */
    public EventLoop loop() {
        return loop;
    }

    /** Whether L2 is a cluster, where one command cannot read keys of several slots. */
    public boolean isCluster() {
        return isCluster;
    }

    /** The prefixes under which L2 reports all changes; empty if it reports changes of keys that were read. */
    public List<String> trackedPrefixes() {
        return trackedPrefixes;
    }

    /** Completes, on the link's event loop, when the first feed begins. */
    CompletableFuture<@Nullable Void> whenCoherent() {
        return generations.first().thenComposeAsync(CompletableFuture::completedFuture, loop);
    }

    // ---------------------------------------------------------------- keyspaces

    public Keyspaces keyspaces() {
        return values.keyspaces();
    }

    /** Changes the policies of keyspaces. */
    public void define(Map<String, KeyspacePolicy> policies) {
        if (keyspaces().define(policies, values.clockMillis())) {
            loop.execute(values::outdateShared);
        }
    }

    // ---------------------------------------------------------------- reading

    /** Decides by its stamp what may be done with a value found in L1. */
    public Verdict judge(Stamp stamp, Keyspace keyspace) {
        return values.judge(stamp, keyspace);
    }

    /**
     * Loads a key for a reader, or waits for a running load of it. If the load fails or takes too long, the reader gets
     * a stale value if one may be served. The reader is called on the link's event loop.
     */
    public void read(byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        reads.read(key, keyspace, reader);
    }

    /**
     * Handles the read of a key that does not exist in L2: runs {@code tell}, after which the reader is expected to
     * write the key, or, if another reader is already expected to, {@code askAgain} when the key has changed. On the
     * link's event loop.
     */
    public void missing(byte[] key, Keyspace keyspace, Runnable tell, Runnable askAgain) {
        misses.missing(key, keyspace, tell, askAgain);
    }

    /** Reloads a key in the background. */
    public void refresh(byte[] key, Keyspace keyspace) {
        reads.refresh(key, keyspace);
    }

    /** Loads many keys in the background. On the link's event loop. */
    void load(List<byte[]> keys, BulkLoad.Progress progress) {
        loads.load(keys, progress);
    }

    public int loadsInFlight() {
        return loads.inFlight();
    }

    /** The number of loads that wait until others are done. */
    public int loadsWaiting() {
        return loads.waiting();
    }

    /** The number of readers who wait for others to write a missing key. */
    public int missesWaiting() {
        return misses.waiting();
    }

    // ---------------------------------------------------------------- changes

    /** Removes a key from L1 because a client of this sidecar writes it. */
    public void forget(byte[] key) {
        values.forget(key);
    }

    /** Removes everything from L1. */
    public void forgetAll() {
        values.forgetAll();
    }

    /** The number of times that L1 forgot everything at once. */
    public long flushes() {
        return values.flushes();
    }

    /** Writes that are acknowledged and not in L2 yet. */
    public WriteBehind writeBehind() {
        return writeBehind;
    }

    /** Changes that others announce in L2. */
    public ChangeEvents events() {
        return events;
    }

    /** Removes all keys with a prefix from L2 and from all sidecars. On the link's event loop. */
    public void purge(byte[] prefix, Consumer<Purge.Result> done) {
        new Purge(l2, versions, prefix, done).run();
    }

    /**
     * Sends the held writes to L2. Not on an event loop.
     *
     * @return how many writes could not be sent
     */
    public int drain() {
        return writeBehind.drain(DRAIN_MILLIS);
    }

    @Override
    public void close() {
        loop.execute(events::close);
        l2.close();
    }

    /** Applies what L2 reports. On the link's event loop. */
    private final class Coherence implements Feed {
        @Override
        public void vouches(int slot, int generation) {
            values.putInForce(slot, generation);
        }

        @Override
        public void invalidated(byte[] key) {
            keyspaces().of(key).count(KeyspaceCounter.INVALIDATIONS);
            values.drop(key);
            misses.changed(key);
            listener.invalidated(key);
            versions.changed(key);
            events.changed(key);
        }

        @Override
        public void invalidatedAll() {
            values.forgetAll();
            listener.invalidatedAll();
            versions.look();
            events.look();
        }

        @Override
        public void began(String node, int generation) {
            boolean wasLost = generations.began(node, generation, values.clockMillis());
            versions.look();
            events.look();
            if (wasLost) {
                loads.restart();
            }
            generations.first().complete(null);
            listener.feedBegan(node);
        }

        @Override
        public void ended(String node, String why) {
            generations.ended(node, values.clockMillis());
            listener.feedEnded(node, why);
        }

        @Override
        public void noticed(String problem) {
            listener.noticed(problem);
        }
    }
}
