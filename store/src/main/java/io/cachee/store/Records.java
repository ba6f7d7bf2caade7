package io.cachee.store;

/**
 * Writes, moves and reads records on behalf of the writer. It does without the protocol of {@link Lookup}, because the
 * records it reads lie in segments that cannot be reclaimed at the moment: their stripe is locked, or a writer is at
 * work in the segment.
 *
 * <p>A record that fits into a small part of a segment is written in one piece. A larger one is cut into chunks,
 * each as long as the room left in the open segment allows, so that no segment ends with a large hole; its head
 * lists them.
 */
final class Records {
    private static final int SMALLEST_CHUNK = 256;
    /** In small segments a record may be larger than an eighth of a segment, up to this size. */
    private static final int LARGE_ENOUGH_PIECE = 4096;

    private final Region region;
    private final Layout layout;
    private final Segments segments;
    private final KeyHash keyHash;
    private final Lookup lookup;
    /** Records up to this size are always written in one piece. */
    private final int smallBytes;
    /** Larger records are never written in one piece, and no chunk is larger. */
    private final int largestPiece;

    Records(Lookup lookup, Segments segments) {
        this.region = lookup.region;
        this.layout = lookup.layout;
        this.lookup = lookup;
        this.keyHash = lookup.keyHash;
        this.segments = segments;
        this.largestPiece = Math.max(layout.segmentSize() / 8, Math.min(layout.segmentSize() / 2, LARGE_ENOUGH_PIECE));
        this.smallBytes = Math.min(largestPiece, Math.max(512, layout.segmentSize() / 32));
    }

    long write(KeyLock source, long expiry, int version, int log, int policy, int keepFree) {
        boolean expires = expiry != EntryInfo.NO_TTL;
        long size = RecordDescriptor.inlineBytes(source.keyLength, source.valueLength, expires);
        if (size <= smallBytes || size <= largestPiece && fitsNow(log, size)) {
            return writeInline(source, (int) size, expiry, version, log, policy, keepFree);
        }
        return writeLarge(source, expiry, version, log, policy, keepFree);
    }

    /** The most bytes that a record of this size can take from the free segments, with the headers of its chunks. */
    long footprint(int keyLength, long valueLength) {
        long inline = RecordDescriptor.inlineBytes(keyLength, valueLength, true);
        if (inline <= smallBytes) {
            return inline;
        }
        long pieces = (keyLength + valueLength) / (largestPiece - RecordDescriptor.CHUNK_BYTES)
                + (keyLength + valueLength) / layout.segmentSize()
                + 3;
        return inline + pieces * (RecordDescriptor.CHUNK_BYTES + 8) + SMALLEST_CHUNK;
    }

    private boolean fitsNow(int log, long size) {
        int room = segments.openRoom(log);
        return size <= room || room <= smallBytes;
    }

    private long writeInline(KeyLock source, int size, long expiry, int version, int log, int policy, int keepFree) {
        long address = segments.reserve(log, size, keepFree);
        if (address == Segments.NO_SPACE) {
            return address;
        }
        boolean expires = expiry != EntryInfo.NO_TTL;
        int flags = expires ? RecordDescriptor.EXPIRES : 0;
        long at = address;
        if (RecordDescriptor.fitsCompact(source.keyLength, source.valueLength)) {
            int first = RecordDescriptor.COMPACT
                    | flags
                    | source.keyLength << 4
                    | (int) source.valueLength << 12
                    | policy << 24;
            region.setLong(at, first & 0xffffffffL | (long) version << 32);
            at += RecordDescriptor.COMPACT_BYTES;
        } else {
            region.setLong(at, (RecordDescriptor.WIDE | flags | policy << 24) & 0xffffffffL | (long) version << 32);
            region.setLong(at + 8, source.keyLength | source.valueLength << 32);
            at += RecordDescriptor.WIDE_BYTES;
        }
        if (expires) {
            RecordDescriptor.writeExpiry(region, at, expiry);
            segments.noteExpiry(address, expiry);
            at += RecordDescriptor.EXPIRY_BYTES;
        }
        region.copyIn(source.key, source.keyOffset, at, source.keyLength);
        source.copyValue(region, 0, at + source.keyLength, source.valueLength);
        return address;
    }

    private long writeLarge(KeyLock source, long expiry, int version, int log, int policy, int keepFree) {
        long total = source.keyLength + source.valueLength;
        long[] words = new long[(int) (total / largestPiece) + 4];
        int count = 0;
        long done = 0;
        while (done < total) {
            int wanted = (int) Math.min(total - done, largestPiece - RecordDescriptor.CHUNK_BYTES);
            int room = segments.openRoom(log) - RecordDescriptor.CHUNK_BYTES;
            int length = room >= SMALLEST_CHUNK ? Math.min(wanted, room) : wanted;
            long address = segments.reserve(log, RecordDescriptor.CHUNK_BYTES + length, keepFree);
            if (address == Segments.NO_SPACE) {
                abandon(words, count);
                return address;
            }
            region.setLong(address, (long) length << 32);
            region.setLong(address + 8, source.hash);
            region.setInt(address + 16, count);
            copyStream(source, done, address + RecordDescriptor.CHUNK_BYTES, length);
            if (count == words.length) {
                words = java.util.Arrays.copyOf(words, 2 * count);
            }
            words[count++] = chunkWord(address, length);
            done += length;
        }
        return writeHead(source, expiry, version, log, policy, keepFree, words, count);
    }

    private long writeHead(
            KeyLock source, long expiry, int version, int log, int policy, int keepFree, long[] words, int count) {
        boolean expires = expiry != EntryInfo.NO_TTL;
        int size = RecordDescriptor.headBytes(count, expires);
        long head = size > layout.segmentSize() ? Segments.NO_SPACE : segments.reserve(log, size, keepFree);
        if (head == Segments.NO_SPACE) {
            abandon(words, count);
            return head;
        }
        int first = RecordDescriptor.HEAD | (expires ? RecordDescriptor.EXPIRES : 0) | policy << 24;
        region.setLong(head, first & 0xffffffffL | (long) version << 32);
        region.setLong(head + 8, source.keyLength | (long) count << 32);
        region.setLong(head + 16, source.valueLength);
        region.setLong(head + 24, source.hash);
        if (expires) {
            RecordDescriptor.writeExpiry(region, head + RecordDescriptor.HEAD_BYTES, expiry);
            segments.noteExpiry(head, expiry);
        }
        long offset = RecordDescriptor.chunkWordsOffset(head, expires);
        for (int i = 0; i < count; i++) {
            region.setLongRelease(offset + 8L * i, words[i]);
        }
        return head;
    }

    private long chunkWord(long address, int length) {
        return Slots.pack(length, generation(address), address);
    }

    long generation(long address) {
        return region.getLong(layout.generationOffset(address));
    }

    private void copyStream(KeyLock source, long from, long address, int length) {
        int ofKey = (int) Math.max(0, Math.min(length, source.keyLength - from));
        if (ofKey > 0) {
            region.copyIn(source.key, source.keyOffset + (int) from, address, ofKey);
        }
        if (ofKey < length) {
            source.copyValue(region, from + ofKey - source.keyLength, address + ofKey, length - ofKey);
        }
    }

    private void abandon(long[] words, int count) {
        for (int i = 0; i < count; i++) {
            segments.kill(Slots.address(words[i]), RecordDescriptor.CHUNK_BYTES + Slots.tag(words[i]));
            segments.commit(Slots.address(words[i]));
        }
    }

    /** Allows the segments of a record to be reclaimed again, because it was linked or given up. */
    void commit(long address) {
        long first = region.getLong(address);
        if (RecordDescriptor.kind(first) == RecordDescriptor.HEAD) {
            long words = RecordDescriptor.chunkWordsOffset(address, RecordDescriptor.expires(first));
            for (int i = region.getInt(address + 12) - 1; i >= 0; i--) {
                segments.commit(Slots.address(region.getLong(words + 8L * i)));
            }
        }
        segments.commit(address);
    }

    /** Counts a record that is no longer linked, and its chunks, as dead. */
    void kill(long address) {
        long first = region.getLong(address);
        if (RecordDescriptor.kind(first) == RecordDescriptor.HEAD) {
            long words = RecordDescriptor.chunkWordsOffset(address, RecordDescriptor.expires(first));
            for (int i = region.getInt(address + 12) - 1; i >= 0; i--) {
                long word = region.getLong(words + 8L * i);
                segments.kill(Slots.address(word), RecordDescriptor.CHUNK_BYTES + Slots.tag(word));
            }
        }
        segments.kill(address, RecordDescriptor.recordBytes(region, address, first));
    }

    /** The bytes of key and value, by which eviction judges sizes. */
    long payloadBytes(long address, long first) {
        return keyLength(address, first) + valueLength(address, first);
    }

    int keyLength(long address, long first) {
        return RecordDescriptor.kind(first) == RecordDescriptor.COMPACT
                ? RecordDescriptor.compactKeyLength(first)
                : region.getInt(address + 8);
    }

    long valueLength(long address, long first) {
        return switch (RecordDescriptor.kind(first)) {
            case RecordDescriptor.COMPACT -> RecordDescriptor.compactValueLength(first);
            case RecordDescriptor.WIDE -> region.getInt(address + 12);
            default -> region.getLong(address + 16);
        };
    }

    long expiry(long address, long first) {
        return RecordDescriptor.expires(first)
                ? RecordDescriptor.readExpiry(
                        region, address + RecordDescriptor.fixedBytes(RecordDescriptor.kind(first)))
                : EntryInfo.NO_TTL;
    }

    boolean isExpired(long address, long first, long nowMillis) {
        return RecordDescriptor.expires(first) && expiry(address, first) <= nowMillis;
    }

    void describe(EntryInfo info, long address, long first, long nowMillis) {
        long expiry = expiry(address, first);
        long ttl = expiry == EntryInfo.NO_TTL ? EntryInfo.NO_TTL : expiry - nowMillis;
        info.set(first, valueLength(address, first), expiry, ttl);
    }

    long hash(long address, long first) {
        int kind = RecordDescriptor.kind(first);
        if (kind == RecordDescriptor.HEAD) {
            return region.getLong(address + 24);
        }
        long key = address + RecordDescriptor.fixedBytes(kind) + RecordDescriptor.expiryBytes(first);
        return keyHash.of(region, key, keyLength(address, first));
    }

    boolean hasKey(long address, byte[] key, int keyOffset, int keyLength, long hash) {
        long first = region.getLong(address);
        if (keyLength(address, first) != keyLength) {
            return false;
        }
        int kind = RecordDescriptor.kind(first);
        if (kind != RecordDescriptor.HEAD) {
            long at = address + RecordDescriptor.fixedBytes(kind) + RecordDescriptor.expiryBytes(first);
            return lookup.keyEquals(at, key, keyOffset, keyLength);
        }
        if (region.getLong(address + 24) != hash) {
            return false;
        }
        byte[] own = new byte[keyLength];
        copyOut(address, first, 0, own, 0, keyLength);
        return java.util.Arrays.equals(own, 0, keyLength, key, keyOffset, keyOffset + keyLength);
    }

    byte[] key(long address, long first) {
        byte[] key = new byte[keyLength(address, first)];
        copyOut(address, first, 0, key, 0, key.length);
        return key;
    }

    void copyValue(long address, long first, Object target, long targetOffset, long length) {
        copyOut(address, first, keyLength(address, first), target, targetOffset, length);
    }

    /** Copies from the stream of key and value, starting {@code from} bytes into it. */
    private void copyOut(long address, long first, long from, Object target, long targetOffset, long length) {
        int kind = RecordDescriptor.kind(first);
        if (kind != RecordDescriptor.HEAD) {
            long key = address + RecordDescriptor.fixedBytes(kind) + RecordDescriptor.expiryBytes(first);
            region.copyValue(key + from, target, targetOffset, length);
            return;
        }
        long words = RecordDescriptor.chunkWordsOffset(address, RecordDescriptor.expires(first));
        long skip = from;
        long done = 0;
        for (int i = 0; done < length; i++) {
            long word = region.getLong(words + 8L * i);
            long chunkLength = Slots.tag(word);
            if (skip >= chunkLength) {
                skip -= chunkLength;
                continue;
            }
            long take = Math.min(chunkLength - skip, length - done);
            region.copyValue(
                    Slots.address(word) + RecordDescriptor.CHUNK_BYTES + skip, target, targetOffset + done, take);
            done += take;
            skip = 0;
        }
    }

    /**
     * Copies a record, or one chunk, to the end of a log, but leaves {@code keepFree} segments free.
     *
     * @return the copy's address, still to be linked and committed, or {@link Segments#NO_SPACE}
     */
    long move(long address, long first, int log, int policy, int keepFree) {
        int kind = RecordDescriptor.kind(first);
        int size = (int) RecordDescriptor.recordBytes(region, address, first);
        long copy = segments.reserve(log, size, keepFree);
        if (copy == Segments.NO_SPACE) {
            return copy;
        }
        if (kind == RecordDescriptor.HEAD) {
            moveHead(address, first, copy);
        } else {
            region.copyIn(region.memory(), address, copy, size);
        }
        if (kind != RecordDescriptor.CHUNK) {
            region.setByte(copy + RecordDescriptor.POLICY_BYTE, policy);
        }
        if (RecordDescriptor.expires(first)) {
            segments.noteExpiry(copy, expiry(address, first));
        }
        return copy;
    }

    /**
     * Copies a record with another expiry and version. A large record keeps its chunks.
     *
     * @return the copy's address, still to be linked and committed, or {@link Segments#NO_SPACE}
     */
    long rewrite(long address, long first, long expiry, int version, int log, int keepFree) {
        int kind = RecordDescriptor.kind(first);
        boolean expires = expiry != EntryInfo.NO_TTL;
        long oldSize = RecordDescriptor.recordBytes(region, address, first);
        long size = oldSize - RecordDescriptor.expiryBytes(first) + (expires ? RecordDescriptor.EXPIRY_BYTES : 0);
        long copy = segments.reserve(log, (int) size, keepFree);
        if (copy == Segments.NO_SPACE) {
            return copy;
        }
        int fixed = RecordDescriptor.fixedBytes(kind);
        region.copyIn(region.memory(), address, copy, fixed);
        long flags = first & ~(long) RecordDescriptor.EXPIRES & 0xffffffffL | (expires ? RecordDescriptor.EXPIRES : 0);
        region.setLong(copy, flags | (long) version << 32);
        if (expires) {
            RecordDescriptor.writeExpiry(region, copy + fixed, expiry);
            segments.noteExpiry(copy, expiry);
        }
        if (kind == RecordDescriptor.HEAD) {
            copyChunkWords(address, first, copy, expires);
        } else {
            int skip = fixed + RecordDescriptor.expiryBytes(first);
            region.copyIn(
                    region.memory(),
                    address + skip,
                    copy + fixed + (expires ? RecordDescriptor.EXPIRY_BYTES : 0),
                    oldSize - skip);
        }
        return copy;
    }

    private void copyChunkWords(long head, long first, long copy, boolean copyExpires) {
        long from = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first));
        long to = RecordDescriptor.chunkWordsOffset(copy, copyExpires);
        for (int i = region.getInt(head + 12) - 1; i >= 0; i--) {
            region.setLongRelease(to + 8L * i, region.getLong(from + 8L * i));
        }
    }

    private void moveHead(long head, long first, long copy) {
        boolean expires = RecordDescriptor.expires(first);
        int fixed = RecordDescriptor.HEAD_BYTES + RecordDescriptor.expiryBytes(first);
        region.copyIn(region.memory(), head, copy, fixed);
        copyChunkWords(head, first, copy, expires);
    }

    /** Where a head lists the chunk at {@code chunk}, or 0 when it does not. */
    long chunkWordOffset(long head, long chunk) {
        long first = region.getLong(head);
        int number = region.getInt(chunk + 16);
        if (RecordDescriptor.kind(first) != RecordDescriptor.HEAD || number >= region.getInt(head + 12)) {
            return 0;
        }
        long offset = RecordDescriptor.chunkWordsOffset(head, RecordDescriptor.expires(first)) + 8L * number;
        return Slots.address(region.getLong(offset)) == chunk ? offset : 0;
    }

    void relinkChunk(long wordOffset, long copy) {
        region.setLongRelease(wordOffset, chunkWord(copy, RecordDescriptor.version(region.getLong(copy))));
    }

    /** Whether this is the first chunk of a large record, at which the policy decides about it. */
    boolean isFirstChunk(long chunk) {
        return region.getInt(chunk + 16) == 0;
    }
}
