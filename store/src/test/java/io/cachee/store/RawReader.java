package io.cachee.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a region as another process would, without a file and without asking for a heartbeat. */
final class RawReader extends Lookup {
    private final long nowMillis;
    private final byte[] buffer;

    RawReader(Region region, Layout layout, long nowMillis) {
        super(region, layout, true);
        this.nowMillis = nowMillis;
        this.buffer = new byte[(int) Math.min(layout.size() / 8, 1 << 20)];
    }

    @Override
    long nowMillis() {
        return nowMillis;
    }

    @Override
    void hit(long hash, long slotOffset, long slot, long first) {}

    byte @Nullable [] get(byte[] key) {
        long hash = keyHash.of(key, 0, key.length);
        long length = read(key, 0, key.length, hash, MemorySegment.ofArray(buffer), 0, buffer.length, null);
        return length < 0 ? null : Arrays.copyOf(buffer, Math.toIntExact(length));
    }
}
