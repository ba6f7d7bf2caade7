package io.cachee.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The keyed 64-bit hash that places a key: a chain of 64x64 to 128-bit multiplications folded by exclusive or, sixteen
 * bytes a step. Both seeds are random for each store, so that nobody can prepare colliding keys. The definition is part
 * of the file format (docs/shm-format.md).
 */
final class KeyHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LENGTH_SALT = 0x9E3779B97F4A7C15L;
    private static final long FINAL_SALT = 0xD6E8FEB86659FD93L;

    private final long seed0;
    private final long seed1;

    KeyHash(long seed0, long seed1) {
        this.seed0 = seed0;
        this.seed1 = seed1;
    }

    long of(byte[] key, int offset, int length) {
        long first;
        long second;
        long state = seed0;
        if (length >= 8) {
            int position = offset;
            int last = offset + length;
            for (; last - position > 16; position += 16) {
                state = fold((long) LONGS.get(key, position) ^ seed1, (long) LONGS.get(key, position + 8) ^ state);
            }
            first = (long) LONGS.get(key, length < 16 ? offset : last - 16);
            second = (long) LONGS.get(key, last - 8);
        } else if (length >= 4) {
            first = (int) INTS.get(key, offset) & 0xffffffffL;
            second = (int) INTS.get(key, offset + length - 4) & 0xffffffffL;
        } else {
            first = length == 0
                    ? 0
                    : (key[offset] & 0xffL)
                            | (key[offset + (length >> 1)] & 0xffL) << 8
                            | (key[offset + length - 1] & 0xffL) << 16;
            second = 0;
        }
        return finish(first, second, state, length);
    }

    long of(Region region, long offset, int length) {
        long first;
        long second;
        long state = seed0;
        if (length >= 8) {
            long position = offset;
            long last = offset + length;
            for (; last - position > 16; position += 16) {
                state = fold(region.getLong(position) ^ seed1, region.getLong(position + 8) ^ state);
            }
            first = region.getLong(length < 16 ? offset : last - 16);
            second = region.getLong(last - 8);
        } else if (length >= 4) {
            first = region.getInt(offset) & 0xffffffffL;
            second = region.getInt(offset + length - 4) & 0xffffffffL;
        } else {
            first = length == 0
                    ? 0
                    : (long) region.getByte(offset)
                            | (long) region.getByte(offset + (length >> 1)) << 8
                            | (long) region.getByte(offset + length - 1) << 16;
            second = 0;
        }
        return finish(first, second, state, length);
    }

    private long finish(long first, long second, long state, int length) {
        long mixed = fold(first ^ seed1, second ^ state);
        return fold(mixed ^ length ^ LENGTH_SALT, seed0 ^ FINAL_SALT);
    }

    private static long fold(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }
}
