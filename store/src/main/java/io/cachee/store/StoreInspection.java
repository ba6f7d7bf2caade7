package io.cachee.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What can be seen of a store's file from outside, whether or not its writer is running. Examining it disturbs nobody:
 * it is mapped read-only, nothing is locked or reported, and reading keys does not count as using them.
 *
 * <p>Nothing in the file is trusted. The header must be consistent, or there is no inspection. Every offset is checked
 * against the region before it is followed, and every loop is bounded by the region's size. Under a busy writer,
 * figures are of slightly different moments.
 *
 * @param header what was fixed when the store was made
 * @param life whether a writer is running
 * @param statistics what the writer last published, up to a quarter of a second ago
 * @param index the index's shape and load
 * @param keys the first keys in the index's order, as many as were asked for
 */
public record StoreInspection(Header header, Life life, StoreStats statistics, IndexUse index, List<Key> keys) {
    private static final int MAX_BEAT_WAITS = 50;
    private static final long BEAT_WAIT_NANOS = 2_000_000;
    private static final int MAX_ATTEMPTS = 8;

    /**
     * What was fixed when the store was made.
     *
     * @param majorVersion the format's version; readers understand one
     * @param minorVersion the format's compatible revision
     * @param instance differs for every store ever made
     * @param pid the writer's process id, as the writer sees it
     * @param createdMillis when it was made, in milliseconds since 1970
     */
    public record Header(
            int majorVersion, int minorVersion, long instance, long pid, long createdMillis, Geometry geometry) {}

    /**
     * How large the store is and how it is divided.
     *
     * @param fileBytes the file's length
     * @param regionBytes the region's size
     * @param segmentBytes the size of one segment
     * @param segments how many there are
     * @param stripes the index's stripes
     * @param counters coherence counters
     */
    public record Geometry(
            long fileBytes, long regionBytes, int segmentBytes, int segments, int stripes, long counters) {}

    /** What the writer says about itself. */
    public enum State {
        /** It serves. */
        READY,
        /** It has closed the store. */
        CLOSED,
        /** It found the store damaged and stopped. */
        FAILED,
        /** Something that no writer says. */
        UNKNOWN
    }

    /**
     * Whether a writer is running.
     *
     * @param state what the writer says about itself
     * @param clockMillis its clock: milliseconds since the store was made
     * @param beating whether the clock moved while it was watched
     * @param ageMillis how long the clock has stood still, by the wall clock
     */
    public record Life(State state, long clockMillis, boolean beating, long ageMillis) {}

    /**
     * The index's shape and load.
     *
     * @param bucketsBelow buckets in each stripe before the frontier
     * @param bucketsAbove buckets in each of the others; the same unless the index is being resized
     * @param frontier the stripe that is rebuilt next when the index is being resized
     * @param slots places for entries
     * @param used those that are taken
     * @param sound false when the shape is impossible; nothing was counted then
     */
    public record IndexUse(int bucketsBelow, int bucketsAbove, int frontier, long slots, long used, boolean sound) {}

    /**
     * A key and what its entry says.
     *
     * @param bytes the key
     * @param valueLength the value's length in bytes
     * @param ttlMillis milliseconds until it expires, by the writer's clock, or {@link EntryInfo#NO_TTL}
     * @param frequency how often the entry was used, as the eviction policy counts: a small number that saturates
     */
    @SuppressWarnings("ArrayRecordComponent") // Keys are bytes; nobody compares inspections.
    public record Key(byte[] bytes, long valueLength, long ttlMillis, int frequency) {}

    /**
     * Examines a store's file.
     *
     * @throws AttachException when it is no store, or one that cannot be understood; its reason says why
     */
    public static StoreInspection of(Path path) throws AttachException {
        return of(path, 0);
    }

    /** As above, with up to {@code maxKeys} of the keys that the store holds. */
    public static StoreInspection of(Path path, int maxKeys) throws AttachException {
        if (maxKeys < 0) {
            throw new IllegalArgumentException("maxKeys " + maxKeys + " is negative");
        }
        try {
            return examine(path, maxKeys);
        } catch (AttachException e) {
            throw e.at(path);
        } catch (NoSuchFileException e) {
            throw new AttachException(AttachException.Reason.ABSENT, "there is no such file", e).at(path);
        } catch (IOException | InternalError e) {
            // An InternalError is the JDK's answer to a file that was cut short while it is mapped.
            throw new AttachException(AttachException.Reason.UNREADABLE, "cannot be read: " + e, e).at(path);
        }
    }

    private static StoreInspection examine(Path path, int maxKeys) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new AttachException(AttachException.Reason.UNREADABLE, "not a regular file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            long fileBytes = channel.size();
            if (fileBytes < Layout.MIN_SIZE) {
                throw new AttachException(
                        AttachException.Reason.TOO_SHORT,
                        "file has " + fileBytes + " bytes, a store has at least " + Layout.MIN_SIZE);
            }
            long mapped = Math.min(fileBytes, Layout.MAX_SIZE);
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, mapped, arena);
            Layout layout = HeaderDescriptor.check(new Region(memory), fileBytes);
            return new Examination(new Region(memory.asSlice(0, layout.size())), layout).result(fileBytes, maxKeys);
        }
    }

    /** One look at one mapped region. */
    private static final class Examination {
        private final Region region;
        private final Layout layout;
        private final ChunkedRead chunked;
        private final long shape;

        Examination(Region region, Layout layout) {
            this.region = region;
            this.layout = layout;
            this.chunked = new ChunkedRead(region, layout);
            this.shape = region.getLongAcquire(HeaderDescriptor.SHAPE_OFFSET);
        }

        StoreInspection result(long fileBytes, int maxKeys) {
            Life life = life();
            List<Key> keys = new ArrayList<>();
            IndexUse index = walkIndex(maxKeys, life, keys);
            return new StoreInspection(
                    header(fileBytes), life, StatisticsDescriptor.read(region), index, List.copyOf(keys));
        }

        private Header header(long fileBytes) {
            int version = region.getIntAcquire(HeaderDescriptor.VERSION_OFFSET);
            return new Header(
                    version >>> 16,
                    version & 0xffff,
                    region.getLong(HeaderDescriptor.INSTANCE_OFFSET),
                    region.getLong(HeaderDescriptor.PID_OFFSET),
                    region.getLong(HeaderDescriptor.CREATED_OFFSET),
                    new Geometry(
                            fileBytes,
                            layout.size(),
                            layout.segmentSize(),
                            layout.segmentCount(),
                            layout.stripeCount(),
                            1L << layout.counterShift()));
        }

        private Life life() {
            long before = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
            State state = state();
            long clock = before;
            for (int i = 0; i < MAX_BEAT_WAITS && state == State.READY && clock == before; i++) {
                LockSupport.parkNanos(BEAT_WAIT_NANOS);
                clock = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
            }
            long lastBeatMillis = region.getLong(HeaderDescriptor.CREATED_OFFSET) + clock;
            long age = Math.max(0, System.currentTimeMillis() - lastBeatMillis);
            return new Life(state(), clock, clock != before, age);
        }

        private State state() {
            long state = region.getLongAcquire(HeaderDescriptor.STATE_OFFSET);
            if (state == HeaderDescriptor.STATE_READY) {
                return State.READY;
            }
            if (state == HeaderDescriptor.STATE_CLOSED) {
                return State.CLOSED;
            }
            return state == HeaderDescriptor.STATE_FAILED ? State.FAILED : State.UNKNOWN;
        }

        private boolean isSound() {
            int below = IndexShape.below(shape);
            int above = IndexShape.above(shape);
            int frontier = IndexShape.frontier(shape);
            return below >= 1
                    && above >= 1
                    && below <= IndexShape.MAX_BUCKETS
                    && above <= IndexShape.MAX_BUCKETS
                    && frontier <= layout.stripeCount()
                    && stripeOffset(layout.stripeCount()) <= layout.size()
                    && (frontier == 0 || stripeOffset(frontier - 1) + IndexShape.stripeBytes(below) <= layout.size());
        }

        /** Where a stripe begins. Stripes on either side of the frontier are laid out by their own size. */
        private long stripeOffset(int stripe) {
            return layout.indexOffset() + stripe * IndexShape.stripeBytes(IndexShape.buckets(shape, stripe));
        }

        private IndexUse walkIndex(int maxKeys, Life life, List<Key> keys) {
            int below = IndexShape.below(shape);
            int above = IndexShape.above(shape);
            int frontier = IndexShape.frontier(shape);
            if (!isSound()) {
                return new IndexUse(below, above, frontier, 0, 0, false);
            }
            long slots = 0;
            long used = 0;
            int epoch = (int) region.getLongAcquire(HeaderDescriptor.EPOCH_OFFSET);
            for (int stripe = 0; stripe < layout.stripeCount(); stripe++) {
                int buckets = IndexShape.buckets(shape, stripe) + Slots.MAX_DISPLACEMENT;
                slots += (long) buckets * Slots.SLOTS_PER_BUCKET;
                if (StripeWord.epoch(region.getLongAcquire(layout.stripeWordOffset(stripe))) != epoch) {
                    continue; // Cleared, and not touched since.
                }
                long end = stripeOffset(stripe) + (long) buckets * Slots.BUCKET_BYTES;
                for (long slotOffset = stripeOffset(stripe); slotOffset < end; slotOffset += 8) {
                    if (region.getLongOpaque(slotOffset) != 0) {
                        used++;
                        Key key = keys.size() < maxKeys ? readKey(slotOffset, life.clockMillis) : null;
                        if (key != null) {
                            keys.add(key);
                        }
                    }
                }
            }
            return new IndexUse(below, above, frontier, slots, used, true);
        }

        /** The key that a slot leads to, by the rules of {@link Lookup}, or null if there is none or it has expired. */
        private @Nullable Key readKey(long slotOffset, long nowMillis) {
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                long slot = region.getLongAcquire(slotOffset);
                long address = Slots.address(slot);
                if (slot == 0 || !layout.mayHoldRecord(address, RecordDescriptor.COMPACT_BYTES)) {
                    return null;
                }
                long generation = region.getLongAcquire(layout.generationOffset(address));
                if (region.getLongAcquire(slotOffset) != slot) {
                    continue;
                }
                if ((generation & 0xff) != Slots.generation(slot)) {
                    return null;
                }
                Key key = copyKey(address, nowMillis);
                VarHandle.acquireFence();
                if (region.getLongOpaque(layout.generationOffset(address)) == generation) {
                    return key;
                }
            }
            return null;
        }

        private @Nullable Key copyKey(long address, long nowMillis) {
            long first = region.getLong(address);
            int kind = RecordDescriptor.kind(first);
            int fixed = RecordDescriptor.fixedBytes(kind);
            long body = address + fixed + RecordDescriptor.expiryBytes(first);
            if (kind == RecordDescriptor.CHUNK || !layout.mayHoldRecord(address, body - address)) {
                return null;
            }
            boolean compact = kind == RecordDescriptor.COMPACT;
            int keyLength = compact ? RecordDescriptor.compactKeyLength(first) : region.getInt(address + 8);
            if (keyLength < 0 || keyLength > Store.MAX_KEY_SIZE) {
                return null;
            }
            long ttl = EntryInfo.NO_TTL;
            if (RecordDescriptor.expires(first)) {
                ttl = RecordDescriptor.readExpiry(region, address + fixed) - nowMillis;
                if (ttl <= 0) {
                    return null;
                }
            }
            if (kind == RecordDescriptor.HEAD) {
                return copyLargeKey(address, first, keyLength, ttl);
            }
            int valueLength = compact ? RecordDescriptor.compactValueLength(first) : region.getInt(address + 12);
            if (valueLength < 0 || !layout.mayHoldRecord(address, body - address + keyLength + valueLength)) {
                return null;
            }
            byte[] key = new byte[keyLength];
            region.copyOut(body, key, 0, keyLength);
            return new Key(key, valueLength, ttl, EntryInfo.frequency(RecordDescriptor.policy(first)));
        }

        private @Nullable Key copyLargeKey(long head, long first, int keyLength, long ttl) {
            long valueLength = chunked.valueLength(head, first);
            byte[] key = new byte[keyLength];
            boolean isWhole = valueLength >= 0 && chunked.copyKey(head, first, key);
            return isWhole ? new Key(key, valueLength, ttl, EntryInfo.frequency(RecordDescriptor.policy(first))) : null;
        }
    }
}
