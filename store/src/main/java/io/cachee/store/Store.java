package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A cache in one region of memory of fixed size, which readers in other processes may map.
 *
 * <h2>Overview</h2>
 *
 * <p>Values live in an append-only log of segments ({@link Segments}, {@link Records}); a hash index points at them
 * ({@link Index}). Reads follow {@link Lookup}'s protocol and take no lock. The {@link Reclaimer} frees segments as the
 * {@link EvictionPolicy} says. The file's format is described in docs/shm-format.md.
 *
 * <h2>Locks</h2>
 *
 * <p>In this order, none taken while a later one is held: a key's {@link KeyLock}, for the whole of a write; the
 * reclaimer's lock, for a bounded step; a stripe's lock, for a few dozen instructions; the monitor of {@link Segments},
 * when a log needs another segment. Each key's operations are linearizable: writes by the key lock, reads because a
 * write takes effect in one store to one slot.
 *
 * <h2>Limits</h2>
 *
 * <p>Keys of up to 64 KiB, values of up to an eighth of the region, expiry up to 8,900 years ahead.
 */
public final class Store implements AutoCloseable {
    /** Returned by reads that find nothing. */
    public static final long MISS = Lookup.MISS;
    /** As a time-to-live: the entry does not expire. */
    public static final long NO_TTL = EntryInfo.NO_TTL;
    /** As a time-to-live: the entry keeps the expiry it has, if any. */
    public static final long KEEP_TTL = -2;
    /** Keys may have so many bytes. */
    public static final int MAX_KEY_SIZE = 1 << 16;

    /** Open stores stay mapped, whether or not anybody but a running operation still knows them. */
    private static final Set<Store> OPEN = ConcurrentHashMap.newKeySet();

    private static final int KEY_LOCKS = 256;

    private final Region region;
    private final Layout layout;
    private final Clock clock;
    private final long originNanos;
    private final long maxValueSize;
    private final Index index;
    private final Segments segments;
    private final Lookup lookup;
    private final Records records;
    private final EvictionPolicy policy;
    private final Reclaimer reclaimer;
    private final Writer writer;
    private final Removals removals;
    private final Counters counters = new Counters();
    private final KeyLock[] keyLocks = new KeyLock[KEY_LOCKS];
    private final @Nullable StoreFile file;
    private final Housekeeper housekeeper;
    private final Prefetch prefetch;

    private Store(Region region, StoreOptions options, @Nullable StoreFile file) {
        this.region = region;
        this.layout = Layout.of(region.size(), options.vouchers);
        this.file = file;
        this.clock = options.clock;
        this.originNanos = clock.nanoTime();
        this.maxValueSize = options.maxValueSize;
        SplittableRandom random = new SplittableRandom(options.seed);
        HeaderDescriptor.write(
                region, layout, random.nextLong(), random.nextLong(), random.nextLong(), clock.wallMillis());
        region.setLong(HeaderDescriptor.SHAPE_OFFSET, Shape.uniform(Shape.MIN_BUCKETS));
        this.index = new Index(region, layout);
        this.segments = new Segments(region, layout, layout.firstSegmentAfter(index.end(Shape.MIN_BUCKETS)));
        this.lookup = new OwnLookup();
        this.prefetch = new Prefetch(region, layout, index, segments, lookup.keyHash);
        this.records = new Records(lookup, segments);
        this.removals = new Removals(options.removalListener, region, records);
        History history = new History(region, index);
        this.policy = Policies.create(options.eviction, segments, random.nextLong());
        this.reclaimer = new Reclaimer(this, segments, records, history, counters);
        Expirer expirer = new Expirer(this, segments, records, reclaimer, counters);
        this.writer = new Writer(this, segments, records, history, reclaimer, expirer, counters);
        for (int i = 0; i < KEY_LOCKS; i++) {
            keyLocks[i] = new KeyLock();
        }
        this.housekeeper = new Housekeeper(this, expirer, file, options.populateInBackground);
        HeaderDescriptor.publish(region);
    }

    /**
     * Opens an empty store.
     *
     * @throws StoreFileException if the file cannot be made
     */
    public static Store open(StoreOptions options) throws StoreFileException {
        if (options.file == null) {
            Region memory = StoreFile.anonymous(Layout.of(options.maxMemory).size(), !options.populateInBackground);
            return start(new Store(memory, options, null), options);
        }
        StoreFile file =
                StoreFile.create(options.file, Layout.of(options.maxMemory).size(), options.permissions);
        try {
            Store store = new Store(file.region(), options, file);
            file.publish();
            return start(store, options);
        } catch (StoreFileException | RuntimeException | Error e) {
            file.abandon();
            throw e;
        }
    }

    private static Store start(Store store, StoreOptions options) {
        OPEN.add(store);
        if (options.housekeeping) {
            store.housekeeper.start();
        }
        return store;
    }

    /** Opens a store in memory that a test provides. */
    static Store openIn(Region region, StoreOptions options) {
        return new Store(region, options, null);
    }

    /** Reads of the threads in this process. */
    private final class OwnLookup extends Lookup {
        OwnLookup() {
            super(Store.this.region, Store.this.layout, false);
        }

        @Override
        long nowMillis() {
            return clockMillis();
        }

        @Override
        void hit(long hash, long slotOffset, long slot, long first) {
            int before = RecordDescriptor.policy(first);
            int after = policy.use(
                    before,
                    RecordDescriptor.kind(first) == RecordDescriptor.HEAD
                            ? EvictionPolicy.SPREAD
                            : Slots.address(slot));
            if (after != before) {
                notePolicy(hash, slotOffset, slot, after);
            }
        }
    }

    /** Writes a policy byte if the slot is still what it was and nobody holds the stripe; otherwise the use is lost. */
    private void notePolicy(long hash, long slotOffset, long slot, int policyByte) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.tryWriteLock();
        if (stamp != 0) {
            if (index.isSlotOf(stripe, slotOffset) && region.getLong(slotOffset) == slot) {
                region.setByte(Slots.address(slot) + RecordDescriptor.POLICY_BYTE, policyByte);
            }
            lock.unlockWrite(stamp);
        }
    }

    // ---------------------------------------------------------------- reading

    /**
     * Copies a key's value to {@code target}.
     *
     * @return the value's length, or {@link #MISS}; when it exceeds {@code capacity}, nothing was copied
     */
    public long get(byte[] key, int keyOffset, int keyLength, byte[] target, int targetOffset, int capacity) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, null);
    }

    /** As above, and describes the entry in {@code info}. */
    public long get(
            byte[] key,
            int keyOffset,
            int keyLength,
            byte[] target,
            int targetOffset,
            int capacity,
            @Nullable EntryInfo info) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, info);
    }

    /** As above, to memory of any kind; an array of bytes is reached quicker as such than through its segment. */
    public long get(byte[] key, int keyOffset, int keyLength, MemorySegment target, long targetOffset, long capacity) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, null);
    }

    /** As above, and describes the entry in {@code info}. */
    public long get(
            byte[] key,
            int keyOffset,
            int keyLength,
            MemorySegment target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        return copy(key, keyOffset, keyLength, target, targetOffset, capacity, info);
    }

    private long copy(
            byte[] key,
            int keyOffset,
            int keyLength,
            Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long hash = lookup.keyHash.of(key, keyOffset, keyLength);
        long length = find(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        boolean found = length >= 0;
        (found ? counters.hits : counters.misses).increment();
        if (policy.watches(hash)) {
            policy.watch(hash);
        }
        return length;
    }

    /** Makes the operations on these keys that follow quicker, by having what they need of memory come all at once. */
    public void bringIn(KeyBatch keys) {
        prefetch.bringIn(keys);
    }

    /** The value of a key, or null. */
    public byte @Nullable [] get(byte[] key) {
        EntryInfo info = new EntryInfo();
        if (!describe(key, 0, key.length, info)) {
            counters.misses.increment();
            return null;
        }
        byte[] value = new byte[Math.toIntExact(info.valueLength)];
        while (true) {
            long length = get(key, 0, key.length, value, 0, value.length, info);
            if (length < 0) {
                return null;
            }
            if (length <= value.length) {
                return length == value.length ? value : java.util.Arrays.copyOf(value, (int) length);
            }
            value = new byte[Math.toIntExact(length)];
        }
    }

    /** Describes the entry of a key without counting as a use of it. False when there is none. */
    public boolean describe(byte[] key, int keyOffset, int keyLength, EntryInfo info) {
        long hash = lookup.keyHash.of(key, keyOffset, keyLength);
        return find(key, keyOffset, keyLength, hash, null, 0, 0, info) >= 0;
    }

    private long find(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long length = lookup.read(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
        if (length == Lookup.UNRESOLVED) {
            int stripe = index.stripeOf(hash);
            StampedLock lock = index.lock(stripe);
            long stamp = lock.writeLock();
            try {
                index.refresh(stripe);
                length = readLocked(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
            } finally {
                lock.unlockWrite(stamp);
            }
        }
        return length < 0 ? MISS : length;
    }

    private long readLocked(
            byte[] key,
            int keyOffset,
            int keyLength,
            long hash,
            @Nullable Object target,
            long targetOffset,
            long capacity,
            @Nullable EntryInfo info) {
        long slotOffset = index.find(key, keyOffset, keyLength, hash, records);
        if (slotOffset == 0) {
            return MISS;
        }
        long address = Slots.address(region.getLong(slotOffset));
        long first = region.getLong(address);
        if (records.isExpired(address, first, clockMillis())) {
            return MISS;
        }
        long length = records.valueLength(address, first);
        if (target != null && length <= capacity) {
            records.copyValue(address, first, target, targetOffset, length);
        }
        if (info != null) {
            describe(info, address, first);
        }
        return length;
    }

    void describe(EntryInfo info, long address, long first) {
        info.version = RecordDescriptor.version(first);
        info.valueLength = records.valueLength(address, first);
        info.expiryMillis = records.expiry(address, first);
        info.ttlMillis = info.expiryMillis == NO_TTL ? NO_TTL : info.expiryMillis - clockMillis();
        info.frequency = RecordDescriptor.policy(first);
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
        long hash = hashOf(key, keyOffset, keyLength);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, keyOffset, keyLength, hash);
            lock.value(value, valueOffset, valueLength);
            return writer.put(lock, expiry, ttlMillis == KEEP_TTL, mode);
        } finally {
            lock.release(stamp);
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
        long hash = hashOf(key, keyOffset, keyLength);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, keyOffset, keyLength, hash);
            lock.value(value, valueOffset, valueLength);
            return writer.put(lock, expiry, ttlMillis == KEEP_TTL, mode);
        } finally {
            lock.release(stamp);
        }
    }

    private long hashOf(byte[] key, int keyOffset, int keyLength) {
        if (keyLength > MAX_KEY_SIZE) {
            throw new IllegalArgumentException(
                    "key of " + keyLength + " bytes is larger than the limit of " + MAX_KEY_SIZE);
        }
        return lookup.keyHash.of(key, keyOffset, keyLength);
    }

    private KeyLock keyLock(long hash) {
        return keyLocks[(int) (hash >>> 8) & KEY_LOCKS - 1];
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

    /** Stores a value and returns the one that was there, or null. The expiry becomes {@code ttlMillis}. */
    public byte @Nullable [] getAndPut(byte[] key, byte[] value, long ttlMillis) {
        checkValueSize(value.length);
        long expiry = expiryOf(ttlMillis);
        long hash = hashOf(key, 0, key.length);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, 0, key.length, hash);
            byte[] old = current(lock);
            lock.value(value, 0, value.length);
            boolean keeps = ttlMillis == KEEP_TTL && old != null;
            requireStored(writer.write(lock, keeps ? lock.foundExpiry : expiry));
            return old;
        } finally {
            lock.release(stamp);
        }
    }

    /** Deletes a key and returns the value that was there, or null. */
    public byte @Nullable [] getAndDelete(byte[] key) {
        long hash = hashOf(key, 0, key.length);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, 0, key.length, hash);
            byte[] old = current(lock);
            writer.delete(lock);
            return old;
        } finally {
            lock.release(stamp);
        }
    }

    /** Deletes a key. False when it had no value. */
    public boolean delete(byte[] key, int keyOffset, int keyLength) {
        long hash = hashOf(key, keyOffset, keyLength);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, keyOffset, keyLength, hash);
            return writer.delete(lock);
        } finally {
            lock.release(stamp);
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
        long hash = hashOf(key, keyOffset, keyLength);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, keyOffset, keyLength, hash);
            return writer.expire(lock, expiry, mode);
        } finally {
            lock.release(stamp);
        }
    }

    /** Appends to a value, or stores it; the expiry stays. The new length. */
    public long append(byte[] key, byte[] suffix) {
        return update(key, current -> {
            int length = current == null ? 0 : current.length;
            checkValueSize((long) length + suffix.length);
            byte[] longer = current == null
                    ? new byte[suffix.length]
                    : java.util.Arrays.copyOf(current, length + suffix.length);
            System.arraycopy(suffix, 0, longer, length, suffix.length);
            return longer;
        });
    }

    /** Overwrites part of a value, which grows, padded with zeros, as needed; the expiry stays. The new length. */
    public long overwrite(byte[] key, long offset, byte[] bytes) {
        if (offset < 0 || offset > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("offset " + offset + " is outside 0.." + Integer.MAX_VALUE);
        }
        return update(key, current -> {
            int length = current == null ? 0 : current.length;
            if (bytes.length == 0) {
                return null;
            }
            long end = Math.max(length, offset + bytes.length);
            checkValueSize(end);
            byte[] changed = current == null ? new byte[(int) end] : java.util.Arrays.copyOf(current, (int) end);
            System.arraycopy(bytes, 0, changed, (int) offset, bytes.length);
            return changed;
        });
    }

    /**
     * Adds to a value that is a decimal 64-bit integer, or to 0 where there is none; the expiry stays. The sum.
     *
     * @throws NumberFormatException if the value is not such an integer
     * @throws ArithmeticException if the sum is not
     */
    public long add(byte[] key, long delta) {
        long[] sum = new long[1];
        update(key, current -> {
            sum[0] = Math.addExact(current == null ? 0 : Decimals.parse(current), delta);
            return Decimals.format(sum[0]);
        });
        return sum[0];
    }

    /** What {@link #update} does to a value; null stands for no value, and as a result for no change. */
    private interface Change {
        byte @Nullable [] apply(byte @Nullable [] current);
    }

    private long update(byte[] key, Change change) {
        long hash = hashOf(key, 0, key.length);
        KeyLock lock = keyLock(hash);
        long stamp = lock.writeLock();
        try {
            lock.aim(key, 0, key.length, hash);
            byte[] current = current(lock);
            byte[] changed = change.apply(current);
            if (changed == null) {
                return current == null ? 0 : current.length;
            }
            lock.value(changed, 0, changed.length);
            requireStored(writer.write(lock, current == null ? NO_TTL : lock.foundExpiry));
            return changed.length;
        } finally {
            lock.release(stamp);
        }
    }

    private static void requireStored(PutResult result) {
        if (result == PutResult.NO_SPACE) {
            throw new StoreFullException("no room for the value, and the store may not evict");
        }
    }

    private byte @Nullable [] current(KeyLock lock) {
        writer.locate(lock);
        if (!lock.found()) {
            return null;
        }
        byte[] value = new byte[Math.toIntExact(lock.foundValueLength)];
        long length = find(lock.key, lock.keyOffset, lock.keyLength, lock.hash, value, 0, value.length, null);
        return length == value.length ? value : null;
    }

    // ---------------------------------------------------------------- the whole

    /** Removes every entry, in a time that does not depend on their number. */
    public void clear() {
        long[] keyStamps = new long[keyLocks.length];
        for (int i = 0; i < keyLocks.length; i++) {
            keyStamps[i] = keyLocks[i].writeLock();
        }
        reclaimer.lock();
        try {
            StampedLock[] locks = index.locks();
            long[] stamps = new long[locks.length];
            for (int i = 0; i < locks.length; i++) {
                stamps[i] = locks[i].writeLock();
            }
            index.clear();
            segments.clear();
            reclaimer.reset();
            for (int i = 0; i < locks.length; i++) {
                locks[i].unlockWrite(stamps[i]);
            }
        } finally {
            reclaimer.unlock();
            for (int i = 0; i < keyLocks.length; i++) {
                keyLocks[i].unlockWrite(keyStamps[i]);
            }
        }
    }

    /**
     * Visits some entries. A scan that goes from cursor 0 on until 0 is returned visits every key that is present
     * throughout, most of them once. The cursor is all there is to a scan; none needs to be ended.
     *
     * @param count about how many entries to visit
     * @return the cursor to go on with, or 0 at the end
     */
    public long scan(long cursor, int count, EntryVisitor visitor) {
        return new Scan(this, index, records, region, layout).from(cursor, count, visitor);
    }

    /** The key of an entry chosen at random, or null when the store is empty. */
    public byte @Nullable [] randomKey() {
        return new Scan(this, index, records, region, layout).randomKey();
    }

    /** What the store has counted. */
    public StoreStats stats() {
        return new StoreStats(
                index.entries(),
                segments.liveBytes(),
                segments.deadBytes(),
                (long) segments.freeCount() * segments.segmentSize(),
                reclaimer.sizer().indexBytes(),
                layout.size(),
                counters.hits.sum(),
                counters.misses.sum(),
                counters.expirations.sum(),
                counters.evictedOnProbation.sum(),
                counters.evictedFromMain.sum(),
                counters.evictedUnderPressure.sum(),
                counters.evictedForIndex.sum(),
                counters.refusedAdmissions.sum(),
                counters.refusedForSpace.sum());
    }

    /** The number of entries. */
    public long size() {
        return index.entries();
    }

    /** The largest value that the store takes. */
    public long maxValueSize() {
        return maxValueSize;
    }

    // ---------------------------------------------------------------- coherence

    /** The counter that moves with every change of a key; a copy is current while it stands still. */
    public long coherence(byte[] key) {
        return lookup.coherence(lookup.keyHash.of(key, 0, key.length));
    }

    /** Whether a copy of a key's value, made after {@link #coherence} returned {@code counter}, is still current. */
    public boolean isCurrent(byte[] key, long counter) {
        return coherence(key) == counter;
    }

    /** Declares copies of a key's value outdated, though the store's own value stays. */
    public void invalidateCopies(byte[] key) {
        bump(lookup.keyHash.of(key, 0, key.length));
    }

    /** Moves the counter of a key and returns the low part of what it becomes. */
    int bump(long hash) {
        return (int) region.getAndAddLong(layout.counterOffset(hash), 1) + 1;
    }

    /** Declares all copies outdated, of whatever keys. */
    public void outdateCopies() {
        region.getAndAddLong(HeaderDescriptor.COPIES_OFFSET, 1);
    }

    // ---------------------------------------------------------------- stamped values

    /** Whether readers in other processes judge values by their {@link Stamp}. */
    public boolean isStamped() {
        return layout.voucherCount() > 0;
    }

    /**
     * Says which generation of stamps is vouched for in a slot from now on, to readers in other processes; 0 is none.
     * By one thread.
     */
    public void vouch(int slot, int generation) {
        if (!isStamped()) {
            return;
        }
        long offset = layout.vouchersOffset() + 4L * (slot & layout.voucherCount() - 1);
        int before = region.getInt(offset);
        region.setIntRelease(offset, generation);
        if (before != 0 && before != generation) {
            outdateCopies();
        }
    }

    /** Declares what was stamped until a time of the store's clock, and all copies, outdated. By one thread. */
    public void outdate(long until) {
        if (until > region.getLong(HeaderDescriptor.VALID_SINCE_OFFSET)) {
            region.setLongRelease(HeaderDescriptor.VALID_SINCE_OFFSET, until);
        }
        outdateCopies();
    }

    // ---------------------------------------------------------------- time

    /** Milliseconds since the store was opened, by a clock that never goes back. */
    public long clockMillis() {
        return (clock.nanoTime() - originNanos) / 1_000_000;
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    /**
     * Why the store cannot be relied on any more - somebody cut its file short, say - or null while all is well. Its
     * owner should close it and open another.
     */
    public @Nullable Throwable failure() {
        return housekeeper.failure();
    }

    /** Publishes clock and heartbeat, takes note of other processes' reads, and frees what has expired. */
    public void tick() {
        housekeeper.tick();
    }

    Housekeeper housekeeper() {
        return housekeeper;
    }

    /** Closes the store and removes its file; readers in other processes detach. */
    @Override
    public void close() {
        housekeeper.close();
        OPEN.remove(this);
        try {
            region.setLongRelease(HeaderDescriptor.STATE_OFFSET, HeaderDescriptor.STATE_CLOSED);
        } catch (InternalError truncated) {
            // Somebody cut the file short; readers have noticed, and nobody can be told any more.
        } finally {
            if (file != null) {
                file.close();
            }
        }
    }

    // ---------------------------------------------------------------- for the parts of the store

    Layout layout() {
        return layout;
    }

    Region region() {
        return region;
    }

    Removals removals() {
        return removals;
    }

    EvictionPolicy policy() {
        return policy;
    }

    Reclaimer reclaimer() {
        return reclaimer;
    }

    Index index() {
        return index;
    }

    Segments segments() {
        return segments;
    }

    Records records() {
        return records;
    }

    /** A read in another process: counts as a use. The hash may be anything; at worst a wrong entry is favoured. */
    void noteForeignHit(long hash) {
        int stripe = index.stripeOf(hash);
        StampedLock lock = index.lock(stripe);
        long stamp = lock.tryWriteLock();
        if (stamp != 0) {
            try {
                index.refresh(stripe);
                long slotOffset = index.findTag(hash);
                if (slotOffset != 0) {
                    long address = Slots.address(region.getLong(slotOffset));
                    long first = region.getLong(address);
                    int before = RecordDescriptor.policy(first);
                    int after = policy.use(
                            before,
                            RecordDescriptor.kind(first) == RecordDescriptor.HEAD ? EvictionPolicy.SPREAD : address);
                    if (after != before) {
                        region.setByte(address + RecordDescriptor.POLICY_BYTE, after);
                    }
                }
            } finally {
                lock.unlockWrite(stamp);
            }
        }
        if (policy.watches(hash)) {
            policy.watch(hash);
        }
    }
}
