package io.cachee.nearcache;

import io.cachee.l2.IgnoreReply;
import io.cachee.l2.L2;
import io.cachee.l2.RespVersion;
import io.cachee.resp.RequestEncoder;
import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Copies in L2 of keys that change so often that all pods load them again and again. The copies have other names, so
 * several shards of L2 share the load. A copy lives for a second. Each pod reads always the same one of a key's copies,
 * and makes it if it does not exist. L2 does not report changes of the original for a copy, so a value that comes from
 * a copy is kept no longer than the copy lives.
 *
 * <p>Confined to the link's event loop, except {@link #written}.
 */
public final class HotCopies {
    /** The largest number of copies of a key. */
    public static final int MOST = 16;

    private static final int LIFETIME_MILLIS = 1_000;
    private static final int WINDOW_MILLIS = 1_000;
    private static final int HOT = 10;
    private static final int COUNT = 1 << 10;
    /** A value that took longer to load is too old to be copied. */
    private static final int LONGEST_LOAD_MILLIS = 200;

    private final L2 l2;
    private final int choice = ThreadLocalRandom.current().nextInt(MOST);
    private final AtomicLongArray writtenAt = new AtomicLongArray(COUNT);
    private int[] loads = new int[COUNT];
    private int[] loadsBefore = new int[COUNT];
    private long windowBegan;

    HotCopies(L2 l2) {
        this.l2 = l2;
    }

    private static int index(byte[] key) {
        return (Arrays.hashCode(key) * 0x9E3779B9) >>> 32 - Integer.numberOfTrailingZeros(COUNT);
    }

    /** Notes that a client of this sidecar writes the key: it must not read an older copy. From any thread. */
    void written(byte[] key, long now) {
        writtenAt.set(index(key), now);
    }

    /** Counts a load, and decides whether a copy should be loaded instead. */
    boolean shouldAsk(byte[] key, Keyspace keyspace, long now) {
        if (keyspace.policy().hotCopies() == 0) {
            return false;
        }
        if (now - windowBegan >= WINDOW_MILLIS) {
            int[] oldest = loadsBefore;
            loadsBefore = loads;
            loads = oldest;
            Arrays.fill(loads, 0);
            if (now - windowBegan >= 2 * WINDOW_MILLIS) {
                Arrays.fill(loadsBefore, 0);
            }
            windowBegan = now;
        }
        int index = index(key);
        int recent = ++loads[index] + loadsBefore[index];
        // A copy made before the key was written, or its keyspace outdated, may still exist.
        long changed = Math.max(writtenAt.get(index), keyspace.validSince());
        boolean isChangeRecent = changed > 0 && now - changed <= 2 * LIFETIME_MILLIS;
        return recent > HOT && !isChangeRecent;
    }

    /** The name of the copy that this pod reads. */
    byte[] name(byte[] key, KeyspacePolicy policy) {
        byte[] prefix = Arguments.ascii("cachee:copy:" + choice % policy.hotCopies() + ":");
        byte[] name = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, name, prefix.length, key.length);
        return name;
    }

    /** Makes a copy of a loaded value. If that fails, a later load makes it. */
    void make(byte[] name, Loaded loaded, int loadMillis) {
        byte[] stamped = loaded.value();
        if (stamped == null || loadMillis > LONGEST_LOAD_MILLIS) {
            return;
        }
        byte[] value = Arrays.copyOf(stamped, stamped.length - Stamp.BYTES);
        ByteBuf request = RequestEncoder.encode(
                Arguments.SET, name, value, Arguments.NX, Arguments.PX, Arguments.number(LIFETIME_MILLIS));
        // If this fails, the next load makes the copy.
        l2.send(request, l2.slotOf(name, 0, name.length), RespVersion.EITHER, -1, IgnoreReply.INSTANCE);
    }
}
