package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The values of L2 that the store holds. A {@link Stamp} behind each value says when, and in which generation, it was
 * loaded. Thread-safe, except where a method says otherwise.
 */
final class L1Values {
    private static final int ROUNDING_MILLIS = 2;
    /** When a slot moves to another node, no node reports that a key which was absent is written there. */
    private static final int LONGEST_ABSENCE_IN_CLUSTER_MILLIS = 1_000;

    private final Store store;
    private final Keyspaces keyspaces;
    private final UnaryOperator<byte[]> storedName;
    private final L2 l2;
    private final boolean isCluster;
    private final HotCopies copies;
    private final Freshness freshness;
    private final LoadFences fences = new LoadFences();
    private final LongAdder flushes = new LongAdder();

    /** With the name under which the store keeps a key of L2. */
    L1Values(
            Store store,
            Keyspaces keyspaces,
            UnaryOperator<byte[]> storedName,
            L2 l2,
            boolean isCluster,
            HotCopies copies,
            EndedGenerations ended) {
        this.store = store;
        this.keyspaces = keyspaces;
        this.storedName = storedName;
        this.l2 = l2;
        this.isCluster = isCluster;
        this.copies = copies;
        this.freshness =
                new Freshness(ended, () -> ThreadLocalRandom.current().nextDouble());
    }

    /** The store's clock. */
    long clockMillis() {
        return store.clockMillis();
    }

    Keyspaces keyspaces() {
        return keyspaces;
    }

    LoadFences fences() {
        return fences;
    }

    /** How many times everything was forgotten at once. */
    long flushes() {
        return flushes.sum();
    }

    // ---------------------------------------------------------------- reading

    Verdict judge(Stamp stamp, Keyspace keyspace) {
        int generation = l2.generation(stamp.slot());
        return freshness.judge(stamp, keyspace.policy(), keyspace.validSince(), generation, store.clockMillis());
    }

    /** A fresh value, or the fresh knowledge that the key does not exist; null if there is neither. */
    @Nullable
    Loaded fresh(byte[] key, Keyspace keyspace) {
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

    /** A value that may be served while L2 does not answer, with its stamp; null if there is none. */
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

    // ---------------------------------------------------------------- keeping

    /**
     * Keeps the result of a load.
     *
     * @param l2TtlMillis as PTTL replied
     * @param generation in force when the load was sent
     */
    void keep(
            byte[] key,
            Keyspace keyspace,
            Loaded loaded,
            boolean isOfCopy,
            long l2TtlMillis,
            int generation,
            int loadMillis) {
        KeyspacePolicy policy = keyspace.policy();
        boolean isAbsent = loaded.kind() == Loaded.Kind.ABSENT;
        byte[] stamped = isAbsent ? new byte[Stamp.BYTES] : loaded.value();
        if (stamped == null || isTooLarge(stamped.length, policy)) {
            return;
        }
        // L2 told the TTL while the load was running, at most loadMillis ago. Both clocks and that time are rounded.
        boolean expiresInL2 = l2TtlMillis >= 0 && !isAbsent;
        long leftMillis = expiresInL2 ? l2TtlMillis - loadMillis - ROUNDING_MILLIS : Long.MAX_VALUE;
        long longestMillis = isAbsent ? absenceMillis(policy) : policy.l1TtlMillis();
        long jitteredMillis = (long)
                (longestMillis * (1 - policy.jitter() * ThreadLocalRandom.current().nextDouble()));
        long lifetimeMillis = Math.min(Math.min(jitteredMillis, leftMillis), Integer.MAX_VALUE);
        if (lifetimeMillis <= 0) {
            return;
        }
        long now = store.clockMillis();
        new Stamp()
                .of(kindOf(isAbsent, isOfCopy), l2.slotOf(key, 0, key.length), generation)
                .loaded(now, (int) lifetimeMillis, expiresInL2 ? now + leftMillis : 0, loadMillis)
                .write(stamped);
        boolean mayBeStale = !isAbsent && policy.consistency() != KeyspacePolicy.Consistency.STRONG;
        long ttlMillis = lifetimeMillis + (mayBeStale ? policy.staleIfErrorMillis() : 0);
        byte[] name = storedName.apply(key);
        PutResult ignored = store.put(name, 0, name.length, stamped, 0, stamped.length, ttlMillis, PutMode.ALWAYS);
    }

    private long absenceMillis(KeyspacePolicy policy) {
        long millis = policy.missWaitMillis() > 0 ? 0 : policy.negativeTtlMillis();
        return isCluster ? Math.min(millis, LONGEST_ABSENCE_IN_CLUSTER_MILLIS) : millis;
    }

    private static Stamp.Kind kindOf(boolean isAbsent, boolean isOfCopy) {
        return isAbsent ? Stamp.Kind.ABSENT : isOfCopy ? Stamp.Kind.COPY : Stamp.Kind.VALUE;
    }

    private boolean isTooLarge(int stampedLength, KeyspacePolicy policy) {
        long maxBytes = policy.maxValueBytes();
        return stampedLength > store.maxValueSize() || maxBytes > 0 && stampedLength - Stamp.BYTES > maxBytes;
    }

    // ---------------------------------------------------------------- forgetting

    /** Forgets a key that a client of this sidecar writes, and its copies. */
    void forget(byte[] key) {
        copies.written(key, store.clockMillis());
        drop(key);
    }

    /** Removes a key from L1. A load of it that is running is not kept. */
    void drop(byte[] key) {
        fences.move(key);
        byte[] name = storedName.apply(key);
        if (name.length > Store.MAX_KEY_SIZE) {
            // The store cannot hold it.
            return;
        }
        if (!store.delete(name, 0, name.length)) {
            store.invalidateCopies(name);
        }
    }

    void forgetAll() {
        flushes.increment();
        fences.moveAll();
        store.clear();
    }

    /** Outdates the values of a keyspace, or of all with {@link KeyspaceVersions#ALL}. On the link's event loop. */
    void outdate(String keyspace) {
        long now = store.clockMillis();
        store.outdate(now);
        if (keyspace.equals(KeyspaceVersions.ALL)) {
            keyspaces.all().forEach(one -> one.outdate(now));
        } else {
            keyspaces.named(keyspace).outdate(now);
        }
    }

    /** Outdates all values for readers in other processes, which do not know keyspaces. On the link's event loop. */
    void outdateShared() {
        store.outdate(store.clockMillis());
    }

    /** Puts a generation in force for a slot, for readers in other processes too. On the link's event loop. */
    void putInForce(int slot, int generation) {
        store.vouch(slot, generation);
    }
}
