package io.cachee.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a {@link Store} is opened. */
public final class StoreOptions {
    /** The size of the file that a store with a file has beside it, where readers report what they read. */
    public static final int HITS_BYTES = HitChannel.BYTES;

    private static final Path SYSTEM_RANDOM = Path.of("/dev/urandom");

    final long maxMemory;

    @Nullable
    Path file;

    Eviction eviction = Eviction.CACHEE_LFU;
    long maxValueSize;
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
    boolean housekeeping = true;
    boolean populateInBackground;
    int vouchers;

    @Nullable
    RemovalListener removalListener;

    Clock clock = Clock.SYSTEM;
    long seed = unpredictable();

    private StoreOptions(long maxMemory) {
        this.maxMemory = maxMemory;
        this.maxValueSize = Layout.of(maxMemory).size() / 8;
    }

    /** A random seed, read from the system where possible, which takes a tenth of the time of the JDK's generator. */
    private static long unpredictable() {
        try (InputStream random = Files.newInputStream(SYSTEM_RANDOM)) {
            byte[] bytes = random.readNBytes(Long.BYTES);
            if (bytes.length == Long.BYTES) {
                return ByteBuffer.wrap(bytes).getLong();
            }
        } catch (IOException none) {
            // The JDK has one everywhere.
        }
        return new SecureRandom().nextLong();
    }

    /**
     * A store whose region has this size: index, entries, metadata and slack together.
     *
     * @param bytes from 1 MiB to 64 GiB; rounded down to whole pages of 4 KiB
     */
    public static StoreOptions maxMemory(long bytes) {
        return new StoreOptions(bytes);
    }

    /** Backs the region by this file, for readers in other processes; without it the region is anonymous. */
    public StoreOptions file(Path path) {
        this.file = path;
        return this;
    }

    /** Which entries are dropped when the region is full. The default is {@link Eviction#CACHEE_LFU}. */
    public StoreOptions eviction(Eviction policy) {
        this.eviction = policy;
        return this;
    }

    /** Refuses values larger than this; at most, and by default, an eighth of the region. */
    public StoreOptions maxValueSize(long bytes) {
        long most = Layout.of(maxMemory).size() / 8;
        if (bytes < 0 || bytes > most) {
            throw new IllegalArgumentException(
                    "maximum value size " + bytes + " is outside 0.." + most + " (an eighth of the region)");
        }
        this.maxValueSize = bytes;
        return this;
    }

    /** The file's mode; the default lets only its owner read and write. */
    public StoreOptions permissions(Set<PosixFilePermission> mode) {
        this.permissions = Set.copyOf(mode);
        return this;
    }

    /**
     * Whether the store runs its own thread for the clock, the heartbeat, expiry and the like. Without one,
     * {@link Store#tick()} must be called every few milliseconds.
     */
    public StoreOptions housekeeping(boolean ownThread) {
        this.housekeeping = ownThread;
        return this;
    }

    /**
     * Whether the pages of a region without a file are brought in step by step after the store is opened, rather than
     * before. The store then opens sooner, and its first writes may wait for pages.
     */
    public StoreOptions populateInBackground(boolean later) {
        this.populateInBackground = later;
        return this;
    }

    /**
     * Declares that values are copies of another server's. Each ends in a {@link Stamp}, by which readers in other
     * processes judge whether it may be served.
     *
     * @param slots the slots of that server, a power of two up to 16,384
     */
    public StoreOptions stamped(int slots) {
        this.vouchers = Layout.of(maxMemory, slots).voucherCount();
        return this;
    }

    /** Receives the entries that expire or are evicted. */
    public StoreOptions removalListener(RemovalListener listener) {
        this.removalListener = listener;
        return this;
    }

    /** Another source of time. */
    public StoreOptions clock(Clock source) {
        this.clock = source;
        return this;
    }

    /** Fixes what is otherwise random, the hash seed and the policy's sampling, for reproducible runs. */
    public StoreOptions seed(long value) {
        this.seed = value;
        return this;
    }
}
