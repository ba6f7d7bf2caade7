package io.cachee.store;

import java.lang.invoke.VarHandle;

/**
 * Reads large records, whose key and value are one stream of bytes cut into chunks. A head lists the chunks by words
 * that tie each to its segment's generation, as slots do with records.
 *
 * <p>This is {@link Lookup}'s protocol, applied twice. A chunk may move while it is read, so each is read between two
 * equal reads of its own generation, and its word is read again after the first. The caller confirms the generation of
 * the head. Nothing in the head is trusted: every method checks it again, because it may have been overwritten since.
 */
final class ChunkedRead {
    private static final long DONE = 0;

    private final Region region;
    private final Layout layout;
    private final long base;

    ChunkedRead(Region region, Layout layout) {
        this.region = region;
        this.layout = layout;
        this.base = region.address();
    }

    /** The number of chunks that a head lists, or 0 when it cannot be a head. */
    private int chunkCount(long head, long first) {
        long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        if (words > layout.segmentEnd(head)) {
            return 0;
        }
        int count = region.getInt(head + 12);
        long valueLength = region.getLong(head + 16);
        boolean isSound = count > 0
                && count <= layout.segmentSize() / 8
                && region.getInt(head + 8) >= 0
                && valueLength >= 0
                && valueLength <= layout.size()
                && words + 8L * count <= layout.segmentEnd(head);
        return isSound ? count : 0;
    }

    /** Whether a head is of this key: 0 if so, else {@link Lookup#NO_MATCH} or {@link Lookup#RETRY}. */
    long match(long head, long first, byte[] key, int keyOffset, int keyLength, long hash) {
        if (chunkCount(head, first) == 0 || region.getLong(head + 24) != hash || region.getInt(head + 8) != keyLength) {
            return Lookup.NO_MATCH;
        }
        return walk(head, first, 0, keyLength, key, keyOffset, true);
    }

    /** The length of a value, with its stamp if it has one, or {@link Lookup#RETRY} when the chunks do not add up. */
    long valueLength(long head, long first) {
        int count = chunkCount(head, first);
        long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Slots.tag(region.getLongOpaque(words + 8L * i));
        }
        long valueLength = region.getLong(head + 16);
        return count > 0 && sum == region.getInt(head + 8) + valueLength ? valueLength : Lookup.RETRY;
    }

    /** Copies part of a value. False when a chunk moved meanwhile. */
    boolean copyValue(long head, long first, long from, long length, Object target, long targetOffset) {
        int keyLength = Math.max(0, region.getInt(head + 8));
        return walk(head, first, keyLength + from, length, target, targetOffset, false) == DONE;
    }

    /** Copies a key. False when a chunk moved meanwhile. */
    boolean copyKey(long head, long first, byte[] target) {
        return walk(head, first, 0, target.length, target, 0, false) == DONE;
    }

    /**
     * How long the value may still be served by its stamp, which follows the value's {@code length} bytes; or {@link
     * Lookup#RETRY} when a chunk moved meanwhile.
     */
    long freshMillis(StampTable stamps, long head, long first, long length, long nowMillis) {
        if (length < 0) {
            return 0;
        }
        byte[] stamp = new byte[Stamp.BYTES];
        return copyValue(head, first, length, Stamp.BYTES, stamp, 0)
                ? stamps.freshMillis(stamp, nowMillis)
                : Lookup.RETRY;
    }

    /**
     * Goes through {@code length} bytes of the stream, starting {@code from} bytes into it, and compares them with
     * {@code other}, an array, or copies them there.
     *
     * @return {@link #DONE}, {@link Lookup#NO_MATCH} when a byte differs, or {@link Lookup#RETRY} when a chunk moved
     */
    private long walk(long head, long first, long from, long length, Object other, long otherOffset, boolean compares) {
        int count = chunkCount(head, first);
        long words = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        long hash = region.getLong(head + 24);
        long skip = from;
        long done = 0;
        for (int i = 0; i < count && done < length; i++) {
            long wordOffset = words + 8L * i;
            long word = region.getLongAcquire(wordOffset);
            int chunkLength = (int) Slots.tag(word);
            if (skip >= chunkLength) {
                skip -= chunkLength;
                continue;
            }
            long address = Slots.address(word);
            if (!layout.mayHoldRecord(address, RecordDescriptor.CHUNK_BYTES + (long) chunkLength)) {
                return Lookup.RETRY;
            }
            long generationOffset = layout.generationOffset(address);
            long generation = region.getLongAcquire(generationOffset);
            if ((generation & 0xff) != Slots.generation(word)
                    || region.getLongAcquire(wordOffset) != word
                    || !isChunk(address, chunkLength, hash, i)) {
                return Lookup.RETRY;
            }
            int take = (int) Math.min(chunkLength - skip, length - done);
            long source = address + RecordDescriptor.CHUNK_BYTES + skip;
            boolean isEqual = true;
            if (compares) {
                isEqual = FastPathRead.equal(base + source, (byte[]) other, (int) (otherOffset + done), take);
            } else {
                region.copyValue(source, other, otherOffset + done, take);
            }
            VarHandle.acquireFence();
            if (region.getLongOpaque(generationOffset) != generation) {
                return Lookup.RETRY;
            }
            if (!isEqual) {
                return Lookup.NO_MATCH;
            }
            done += take;
            skip = 0;
        }
        return done == length ? DONE : Lookup.RETRY;
    }

    private boolean isChunk(long address, int length, long hash, int number) {
        return region.getLong(address) == (long) length << 32
                && region.getLong(address + 8) == hash
                && region.getInt(address + 16) == number;
    }
}
