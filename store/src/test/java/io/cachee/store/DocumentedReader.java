package io.cachee.store;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A reader written from docs/shm-format.md, with its numbers in place and nothing of the store's own code, for files
 * that nobody is writing to.
 */
final class DocumentedReader {
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    private final ByteBuffer file;
    private final long size;
    private final int segmentShift;
    private final int segments;
    private final int stripeShift;
    private final int counters;
    private final int counterShift;
    private final int stripes;
    private final int vouchers;
    private final int index;
    /** The kind of the record that the last successful read found. */
    int kindFound;

    DocumentedReader(ByteBuffer mapped) {
        file = mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        file.get(0, magic);
        byte[] summed = new byte[108];
        file.get(0, summed, 0, 8);
        file.get(12, summed, 8, 100);
        CRC32C crc = new CRC32C();
        crc.update(summed, 0, summed.length);
        size = file.getLong(16);
        int log = 64 - Long.numberOfLeadingZeros(size - 1);
        segmentShift = Math.max(12, Math.max(Math.min(log - 11, 20), (log + 1) / 2 + 2));
        segments = (int) (size >>> segmentShift);
        stripeShift = Math.max(2, log - 20);
        counterShift = log - 12;
        counters = up(4096 + 8 * segments, 64);
        stripes = counters + (8 << counterShift);
        vouchers = file.getInt(76);
        index = up(stripes + (8 << stripeShift) + 4 * vouchers, 64);
        require(Arrays.equals(magic, new byte[] {0x43, 0x41, 0x43, 0x48, 0x45, 0x45, 0x31, 0x0A}), "magic");
        require(file.getInt(8) >>> 16 == 1, "version");
        require(file.getInt(12) == 0x0A0B0C0D, "byte order mark");
        require(file.getInt(112) == (int) crc.getValue(), "checksum");
        require(size >= 1 << 20 && size % 4096 == 0 && file.capacity() >= size, "size");
        require(file.getInt(64) == segmentShift && file.getInt(68) == stripeShift, "shifts");
        require(file.getInt(72) == counterShift && file.getLong(80) == 4096, "counter shift, generations");
        require(file.getLong(88) == counters && file.getLong(96) == stripes, "counters, stripes");
        require(file.getLong(104) == index, "index");
        require(vouchers >= 0 && vouchers <= 16384 && Integer.bitCount(vouchers) <= 1, "vouchers");
        require(file.getLong(200) == 1, "state");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }

    private static int up(int number, int unit) {
        return (number + unit - 1) / unit * unit;
    }

    private static BigInteger unsigned(long word) {
        return new BigInteger(Long.toUnsignedString(word));
    }

    private static long fold(long a, long b) {
        BigInteger[] halves = unsigned(a).multiply(unsigned(b)).divideAndRemainder(TWO_64);
        return halves[0].longValue() ^ halves[1].longValue();
    }

    long hash(byte[] key) {
        ByteBuffer k = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        long seed0 = file.getLong(48);
        long seed1 = file.getLong(56);
        int n = key.length;
        long state = seed0;
        long first = 0;
        long second = 0;
        if (n >= 8) {
            int p = 0;
            while (n - p > 16) {
                state = fold(k.getLong(p) ^ seed1, k.getLong(p + 8) ^ state);
                p += 16;
            }
            first = n < 16 ? k.getLong(0) : k.getLong(n - 16);
            second = k.getLong(n - 8);
        } else if (n >= 4) {
            first = Integer.toUnsignedLong(k.getInt(0));
            second = Integer.toUnsignedLong(k.getInt(n - 4));
        } else if (n >= 1) {
            first = (key[0] & 255) | (key[n / 2] & 255) << 8 | (key[n - 1] & 255) << 16;
        }
        return fold(fold(first ^ seed1, second ^ state) ^ n ^ 0x9E3779B97F4A7C15L, seed0 ^ 0xD6E8FEB86659FD93L);
    }

    long coherence(byte[] key) {
        long counter = file.getLong(counters + 8 * (int) (hash(key) & ((1L << counterShift) - 1)));
        return file.getLong(24) + (file.getLong(136) << 48) + (file.getLong(216) << 32) + counter;
    }

    byte @Nullable [] get(byte[] key) {
        long hash = hash(key);
        int stripe = (int) (hash >>> 64 - stripeShift);
        long tag = hash >>> 24 & 0xFFFFF;
        long word = file.getLong(stripes + 8 * stripe);
        if ((int) (word >>> 32) != (int) file.getLong(136)) {
            return null;
        }
        require((word & 1) == 0, "nobody writes");
        long shape = file.getLong(128);
        long buckets = stripe < (shape & 0xFFFFFF) ? shape >>> 44 : shape >>> 24 & 0xFFFFF;
        long home = index + stripe * ((buckets + 7) * 64 + buckets * 16) + (tag * buckets >>> 20) * 64;
        for (int bucket = 0; bucket < 8; bucket++) {
            boolean gap = false;
            for (int i = 0; i < 8; i++) {
                long slot = file.getLong((int) home + 64 * bucket + 8 * i);
                gap |= slot == 0;
                if (slot != 0 && slot >>> 44 == tag) {
                    byte[] stream = stream(slot, key.length, hash);
                    if (stream != null && Arrays.equals(stream, 0, key.length, key, 0, key.length)) {
                        return vouched(Arrays.copyOfRange(stream, key.length, stream.length));
                    }
                }
            }
            if (gap) {
                return null;
            }
        }
        return null;
    }

    private byte @Nullable [] vouched(byte[] value) {
        if (vouchers == 0) {
            return value;
        }
        if (value.length < 24) {
            return null;
        }
        ByteBuffer stamp = ByteBuffer.wrap(value, value.length - 24, 24).slice().order(ByteOrder.LITTLE_ENDIAN);
        long freshUntil = stamp.getLong(0) & 0xFFFFFFFFFFFFL;
        long second = stamp.getLong(8);
        int slot = (int) (second >>> 50) & vouchers - 1;
        int generation = stamp.getInt(16);
        boolean good = (second >>> 48 & 3) == 1
                && freshUntil > file.getLong(192)
                && freshUntil - stamp.getInt(20) > file.getLong(208)
                && generation != 0
                && file.getInt(stripes + (8 << stripeShift) + 4 * slot) == generation;
        return good ? Arrays.copyOf(value, value.length - 24) : null;
    }

    /** Where a word with a generation and an offset leads, or -1. */
    private int follow(long word) {
        long address = word & 0xFFFFFFFFFL;
        long segment = address >>> segmentShift;
        boolean current = address >= index
                && segment < segments
                && (file.getLong(4096 + 8 * (int) segment) & 255) == (word >>> 36 & 255);
        return current ? (int) address : -1;
    }

    private byte @Nullable [] stream(long slot, int keyLength, long hash) {
        int at = follow(slot);
        if (at < 0) {
            return null;
        }
        int first = file.getInt(at);
        int kind = first & 3;
        int expiry = (first & 4) == 0 ? 0 : 6;
        int fixed = kind == 1 ? 8 : kind == 2 ? 16 : 32;
        int keyBytes = kind == 1 ? first >>> 4 & 255 : file.getInt(at + 8);
        if (kind == 0 || keyBytes != keyLength || expiry != 0 && expiryAt(at + fixed) <= file.getLong(192)) {
            return null;
        }
        byte[] stream;
        if (kind == 3) {
            stream = new byte[keyLength + (int) file.getLong(at + 16)];
            if (file.getLong(at + 24) != hash
                    || !collect(up(at + 32 + expiry, 8), file.getInt(at + 12), hash, stream)) {
                return null;
            }
        } else {
            stream = new byte[keyLength + (kind == 1 ? first >>> 12 & 4095 : file.getInt(at + 12))];
            file.get(at + fixed + expiry, stream);
        }
        kindFound = kind;
        return stream;
    }

    private long expiryAt(int at) {
        return Integer.toUnsignedLong(file.getInt(at)) | (long) Short.toUnsignedInt(file.getShort(at + 4)) << 32;
    }

    private boolean collect(int words, int count, long hash, byte[] stream) {
        int done = 0;
        for (int i = 0; i < count; i++) {
            long word = file.getLong(words + 8 * i);
            int length = (int) (word >>> 44);
            int chunk = follow(word);
            if (chunk < 0
                    || (file.getInt(chunk) & 3) != 0
                    || file.getInt(chunk + 4) != length
                    || file.getLong(chunk + 8) != hash
                    || file.getInt(chunk + 16) != i) {
                return false;
            }
            file.get(chunk + 20, stream, done, length);
            done += length;
        }
        return done == stream.length;
    }
}
