package io.cachee.store;

/**
 * The records that fill segments. A record never changes after it is published, but for the policy byte (which readers
 * ignore) and the chunk words of a large record's head (each replaced whole when its chunk moves).
 *
 * <pre>
 *   compact   0 kind, flags, lengths, policy   4 version   8 [expiry 6]   key   value
 *   wide      0 kind, flags, policy            4 version   8 key length  12 value length  16 [expiry 6]  key  value
 *   head      0 kind, flags, policy            4 version   8 key length  12 chunk count   16 value length
 *            24 hash                          32 [expiry 6]               (up to 8) chunk words
 *   chunk     0 kind                           4 length    8 hash        16 number        20 bytes
 *
 *   first word: bits 0-1 kind, 2 expiry follows, 3 reserved, 4-11 key length and 12-23 value length (compact only),
 *               24-31 policy
 *   chunk word: length 20 | generation 8 | address 36
 * </pre>
 *
 * <p>The chunks of a large record carry key and value as one stream of bytes. Expiry is in milliseconds since the
 * region's creation.
 */
final class RecordDescriptor {
    static final int COMPACT = 1;
    static final int WIDE = 2;
    static final int HEAD = 3;
    static final int CHUNK = 0;

    static final int EXPIRES = 1 << 2;
    static final int COMPACT_BYTES = 8;
    static final int WIDE_BYTES = 16;
    static final int HEAD_BYTES = 32;
    static final int CHUNK_BYTES = 20;
    static final int EXPIRY_BYTES = 6;
    static final int MAX_COMPACT_KEY = 0xff;
    static final int MAX_COMPACT_VALUE = 0xfff;
    static final int POLICY_BYTE = 3;
    /** Expiry times are stored in 48 bits: about 8,900 years. */
    static final long MAX_EXPIRY = (1L << 48) - 1;

    private RecordDescriptor() {}

    static int kind(long first) {
        return (int) first & 3;
    }

    static boolean expires(long first) {
        return (first & EXPIRES) != 0;
    }

    static int policy(long first) {
        return (int) (first >>> 24) & 0xff;
    }

    static int version(long first) {
        return (int) (first >>> 32);
    }

    static int compactKeyLength(long first) {
        return (int) (first >>> 4) & MAX_COMPACT_KEY;
    }

    static int compactValueLength(long first) {
        return (int) (first >>> 12) & MAX_COMPACT_VALUE;
    }

    /** Whether this is a compact record without an expiry and with a key of that length. */
    static boolean isCompactFor(long first, int keyLength) {
        return ((int) first & (3 | EXPIRES | MAX_COMPACT_KEY << 4)) == (COMPACT | keyLength << 4);
    }

    static int expiryBytes(long first) {
        return expires(first) ? EXPIRY_BYTES : 0;
    }

    /** Where the fixed part ends and the expiry, if any, begins. */
    static int fixedBytes(int kind) {
        return switch (kind) {
            case COMPACT -> COMPACT_BYTES;
            case WIDE -> WIDE_BYTES;
            case HEAD -> HEAD_BYTES;
            default -> CHUNK_BYTES;
        };
    }

    static boolean fitsCompact(int keyLength, long valueLength) {
        return keyLength <= MAX_COMPACT_KEY && valueLength <= MAX_COMPACT_VALUE;
    }

    static long inlineBytes(int keyLength, long valueLength, boolean expires) {
        int fixed = fitsCompact(keyLength, valueLength) ? COMPACT_BYTES : WIDE_BYTES;
        return fixed + (expires ? EXPIRY_BYTES : 0) + keyLength + valueLength;
    }

    /** Head records reserve room for alignment, so that their size does not depend on where they lie. */
    static int headBytes(int chunkCount, boolean expires) {
        return HEAD_BYTES + (expires ? EXPIRY_BYTES : 0) + 7 + 8 * chunkCount;
    }

    static long chunkWordsOffset(long head, boolean expires) {
        return Layout.align(head + HEAD_BYTES + (expires ? EXPIRY_BYTES : 0), 8);
    }

    static long readExpiry(Region region, long offset) {
        return (region.getInt(offset) & 0xffffffffL) | (long) region.getShort(offset + 4) << 32;
    }

    static void writeExpiry(Region region, long offset, long expiry) {
        region.setInt(offset, (int) expiry);
        region.setShort(offset + 4, (int) (expiry >>> 32));
    }

    /** The bytes that the record at {@code address} takes in its segment. */
    static long recordBytes(Region region, long address, long first) {
        return switch (kind(first)) {
            case COMPACT -> COMPACT_BYTES + expiryBytes(first) + compactKeyLength(first) + compactValueLength(first);
            case WIDE ->
                (long) WIDE_BYTES + expiryBytes(first) + region.getInt(address + 8) + region.getInt(address + 12);
            case HEAD -> headBytes(region.getInt(address + 12), expires(first));
            default -> CHUNK_BYTES + (long) version(first);
        };
    }
}
