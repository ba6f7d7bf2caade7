package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A cache in one region of memory of fixed size, which readers in other processes may map.
 *
 * <p>Values live in an append-only log of segments ({@link Segments}, {@link Records}); a hash index points at them
 * ({@link Index}). Reads follow {@link Lookup}'s protocol and take no lock. The {@link Reclaimer} frees segments as the
 * {@link EvictionPolicy} decides. {@link StoreCore} puts these parts together. The file's format is described in
 * docs/shm-format.md.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order, none taken while a later one is held: a key's {@link KeyLock}, for the whole of a write; the
 * reclaimer's lock, for a bounded step; a stripe's lock, for a few dozen instructions; the monitor of {@link Segments},
 * when a log needs another segment. Each key's operations are linearizable: writes by the key lock, reads because a
 * write takes effect in one store to one slot.
 *
 * <p>Keys of up to 64 KiB, values of up to an eighth of the region, expiry up to 8,900 years ahead.
 */
public final class Store extends StoreView {
    /** As a time-to-live: the entry does not expire. */
    public static final long NO_TTL = EntryInfo.NO_TTL;
    /** As a time-to-live: the entry keeps the expiry it has, if any. */
    public static final long KEEP_TTL = -2;
    /** The longest key, in bytes. */
    public static final int MAX_KEY_SIZE = 1 << 16;

    /** Open stores stay mapped, even when only a running operation still refers to them. */
    private static final Set<Store> OPEN = ConcurrentHashMap.newKeySet();

    private final StoreCore core;
    private final OwnLookup lookup;
    private final ReadNotes uses;
    private final Counters counters;
    private final Writer writer;
    private final KeyLocks keyLocks = new KeyLocks();
    private final long maxValueSize;
    private final StampTable stamps;
    private final @Nullable StoreFile file;

    private Store(StoreCore core, StoreOptions options, @Nullable StoreFile file) {
        this.core = core;
        this.lookup = core.lookup;
        this.uses = core.uses;
        this.counters = core.counters;
        this.writer = core.writer;
        this.maxValueSize = options.maxValueSize;
        this.stamps = new StampTable(core.region, core.layout);
        this.file = file;
    }

    /**
     * Opens an empty store.
     *
     * @throws StoreFileException if the file cannot be made
     */
    public static Store open(StoreOptions options) throws StoreFileException {
        if (options.file == null) {
            Region memory = StoreFile.anonymous(Layout.of(options.maxMemory).size(), !options.populateInBackground);
            return start(create(memory, options, null), options);
        }
        StoreFile file =
                StoreFile.create(options.file, Layout.of(options.maxMemory).size(), options.permissions);
        try {
            Store store = create(file.region(), options, file);
            file.publish();
            return start(store, options);
        } catch (StoreFileException | RuntimeException | Error e) {
            file.abandon();
            throw e;
        }
    }

    /** Builds a store in this memory. */
    static Store create(Region region, StoreOptions options, @Nullable StoreFile file) {
        Store store = new Store(new StoreCore(region, options, file), options, file);
        HeaderDescriptor.publish(region);
        return store;
    }

    private static Store start(Store store, StoreOptions options) {
        OPEN.add(store);
        if (options.housekeeping) {
            store.core.housekeeper.start();
        }
        return store;
    }

    StoreCore core() {
        return core;
    }

    // ---------------------------------------------------------------- reading

    @Override
    long copy(
            byte[] key,
            int keyOffset,
            int keyLength,
            Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long hash = lookup.keyHash.of(key, keyOffset, keyLength);
        long length = lookup.find(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        boolean found = length >= 0;
        (found ? counters.hits : counters.misses).increment();
        uses.watch(hash);
        return length;
    }

    @Override
    long expectedLength(byte[] key) {
        EntryInfo info = new EntryInfo();
        return describe(key, 0, key.length, info) ? info.valueLength : 0;
    }

    /** Describes the entry of a key without counting as a use of it. False when there is none. */
    public boolean describe(byte[] key, int keyOffset, int keyLength, EntryInfo info) {
        long hash = lookup.keyHash.of(key, keyOffset, keyLength);
        return lookup.find(key, keyOffset, keyLength, hash, null, 0, 0, info) >= 0;
    }

    /** Loads the memory of these keys' entries all at once, which makes the operations on them that follow faster. */
    public void prefetch(KeyBatch keys) {
        core.prefetch.prefetch(keys);
    }

    // ---------------------------------------------------------------- writing

    /** Stores a value that does not expire. */
    public PutResult put(byte[] key, byte[] value) {
        return put(key, 0, key.length, value, 0, value.length, NO_TTL, PutMode.ALWAYS);
    }

    /**
     * Stores a value.
     *
     * @param ttlMillis a positive number of milliseconds, {@link #NO_TTL} or {@link #KEEP_TTL}
     */
    public PutResult put(
            byte[] key,
            int keyOffset,
            int keyLength,
            byte[] value,
            int valueOffset,
            int valueLength,
            long ttlMillis,
            PutMode mode) {
        checkValueSize(valueLength);
        long expiry = expiryOf(ttlMillis);
        KeyLock lock = acquire(key, keyOffset, keyLength);
        try {
            lock.value(value, valueOffset, valueLength);
            return writer.put(lock, expiry, ttlMillis == KEEP_TTL, mode);
        } finally {
            lock.release();
        }
    }

    /** As above, from memory of any kind. */
    public PutResult put(
            byte[] key,
            int keyOffset,
            int keyLength,
            MemorySegment value,
            long valueOffset,
            long valueLength,
            long ttlMillis,
            PutMode mode) {
        checkValueSize(valueLength);
        long expiry = expiryOf(ttlMillis);
        KeyLock lock = acquire(key, keyOffset, keyLength);
        try {
            lock.value(value, valueOffset, valueLength);
            return writer.put(lock, expiry, ttlMillis == KEEP_TTL, mode);
        } finally {
            lock.release();
        }
    }

    private KeyLock acquire(byte[] key, int keyOffset, int keyLength) {
        if (keyLength > MAX_KEY_SIZE) {
            throw new IllegalArgumentException(
                    "key of " + keyLength + " bytes is larger than the limit of " + MAX_KEY_SIZE);
        }
        return keyLocks.acquire(key, keyOffset, keyLength, lookup.keyHash.of(key, keyOffset, keyLength));
    }

    private void checkValueSize(long valueLength) {
        if (valueLength > maxValueSize) {
            throw new IllegalArgumentException(
                    "value of " + valueLength + " bytes is larger than the limit of " + maxValueSize);
        }
    }

    private long expiryOf(long ttlMillis) {
        if (ttlMillis == NO_TTL || ttlMillis == KEEP_TTL) {
            return NO_TTL;
        }
        long most = RecordDescriptor.MAX_EXPIRY - clockMillis();
        if (ttlMillis <= 0 || ttlMillis > most) {
            throw new IllegalArgumentException("time-to-live of " + ttlMillis + " ms is outside 1.." + most);
        }
        return clockMillis() + ttlMillis;
    }

    /** Deletes a key. False when it had no value. */
    public boolean delete(byte[] key, int keyOffset, int keyLength) {
        KeyLock lock = acquire(key, keyOffset, keyLength);
        try {
            return writer.delete(lock);
        } finally {
            lock.release();
        }
    }

    /** Deletes a key and returns the value that was there, or null. */
    public byte @Nullable [] getAndDelete(byte[] key) {
        KeyLock lock = acquire(key, 0, key.length);
        try {
            byte[] old = writer.current(lock);
            writer.delete(lock);
            return old;
        } finally {
            lock.release();
        }
    }

    /**
     * Changes when a key expires.
     *
     * @param ttlMillis a positive number of milliseconds, or {@link #NO_TTL}
     * @param mode a condition on the entry; one that needs the key to be absent never holds
     */
    public PutResult expire(byte[] key, int keyOffset, int keyLength, long ttlMillis, PutMode mode) {
        if (ttlMillis == KEEP_TTL) {
            throw new IllegalArgumentException("to keep the time-to-live is no change of it");
        }
        long expiry = expiryOf(ttlMillis);
        KeyLock lock = acquire(key, keyOffset, keyLength);
        try {
            return writer.expire(lock, expiry, mode);
        } finally {
            lock.release();
        }
    }

    /**
     * Adds to a value that is a decimal 64-bit integer, or to 0 if absent. Returns the sum, and keeps the expiry.
     *
     * @throws NumberFormatException if the value is not such an integer
     * @throws ArithmeticException if the sum is not
     */
    public long add(byte[] key, long delta) {
        KeyLock lock = acquire(key, 0, key.length);
        try {
            byte[] old = writer.current(lock);
            long sum = Math.addExact(old == null ? 0 : Decimals.parse(old), delta);
            byte[] digits = Decimals.format(sum);
            lock.value(digits, 0, digits.length);
            if (writer.write(lock, old == null ? NO_TTL : lock.foundExpiry) == PutResult.NO_SPACE) {
                throw new StoreFullException("no room for the value, and the store may not evict");
            }
            return sum;
        } finally {
            lock.release();
        }
    }

    // ---------------------------------------------------------------- the whole

    /** Removes every entry, in a time that does not depend on their number. */
    public void clear() {
        keyLocks.acquireAll();
        try {
            core.clear();
        } finally {
            keyLocks.releaseAll();
        }
    }

    /**
     * Visits some entries. A scan that goes from cursor 0 on until 0 is returned visits every key that is present
     * throughout, most of them once. A scan has no state but its cursor, so it need not be ended.
     *
     * @param count about how many entries to visit
     * @return the cursor to go on with, or 0 at the end
     */
    public long scan(long cursor, int count, EntryVisitor visitor) {
        return new Scan(core).from(cursor, count, visitor);
    }

    /** The key of an entry chosen at random, or null when the store is empty. */
    public byte @Nullable [] randomKey() {
        return new Scan(core).randomKey();
    }

    /** What the store has counted. */
    public StoreStats stats() {
        return core.stats();
    }

    /** The number of entries. */
    public long size() {
        return core.index.entries();
    }

    /** What can change while the store runs. */
    public StoreSettings settings() {
        return new StoreSettings(core);
    }

    /** The largest value that the store takes. */
    public long maxValueSize() {
        return maxValueSize;
    }

    // ---------------------------------------------------------------- copies and stamped values

    @Override
    public long coherence(byte[] key) {
        return core.coherence.of(lookup.keyHash.of(key, 0, key.length));
    }

    /** Declares copies of a key's value outdated, though the store's own value stays. */
    public void invalidateCopies(byte[] key) {
        core.coherence.bump(lookup.keyHash.of(key, 0, key.length));
    }

    /**
     * Tells readers in other processes which generation of stamps is in force for a slot from now on; 0 is none. To be
     * called by one thread. Does nothing unless values are stamped.
     */
    public void vouch(int slot, int generation) {
        if (stamps.putInForce(slot, generation)) {
            core.coherence.outdateAll();
        }
    }

    /**
     * Tells readers in other processes that values stamped up to a time of the store's clock, and all copies, are
     * outdated. To be called by one thread.
     */
    public void outdate(long until) {
        stamps.outdate(until);
        core.coherence.outdateAll();
    }

    // ---------------------------------------------------------------- time, and the end

    /** Milliseconds since the store was opened, by a clock that never goes back. */
    public long clockMillis() {
        return core.clockMillis();
    }

    /**
     * Why the store cannot be relied on any more, or null while all is well. Its file may have been cut short, for
     * example. The owner should close the store and open another.
     */
    public @Nullable Throwable failure() {
        return core.housekeeper.failure();
    }

    /** Looks whether the store's files are still in their places, and makes a new file of hits if that is gone. */
    public FileCondition fileCondition() {
        return file == null ? FileCondition.IN_PLACE : file.condition();
    }

    /** Publishes clock and heartbeat, takes note of other processes' reads, and frees what has expired. */
    public void tick() {
        core.housekeeper.tick();
    }

    /** Closes the store and removes its file; readers in other processes detach. */
    @Override
    public void close() {
        core.housekeeper.close();
        OPEN.remove(this);
        try {
            core.region.setLongRelease(HeaderDescriptor.STATE_OFFSET, HeaderDescriptor.STATE_CLOSED);
        } catch (InternalError truncated) {
            // The file was cut short: readers have noticed, and the state cannot be written any more.
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }
}
