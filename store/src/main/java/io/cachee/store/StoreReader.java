package io.cachee.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the store of another process from its file, which is mapped read-only. Any number of threads may use one
 * reader.
 *
 * <p>When the writer closes the store, dies, or its heartbeat stands still for longer than the reader tolerates, the
 * reader detaches: every read is a miss. When a writer is there again, it attaches again by itself.
 */
public final class StoreReader implements AutoCloseable {
    /** Returned by reads that find nothing. */
    public static final long MISS = Lookup.MISS;
    /** Returned by {@link #coherence} while the reader is detached; no copy is current under it. */
    public static final long DETACHED = 0;

    /**
     * How a reader attaches.
     *
     * @param attachTimeout how long to wait for a file and a beating heart
     * @param staleAfter how long the heart may stand still
     * @param owner the user that must own the file, or null for the user of this process
     * @param anyOwner whether any owner will do
     */
    public record Options(
            Duration attachTimeout,
            Duration staleAfter,
            @Nullable String owner,
            boolean anyOwner) {
        /** Waits for a second, tolerates a second's standstill, trusts this process's user alone. */
        public static final Options DEFAULT = new Options(Duration.ofSeconds(1), Duration.ofSeconds(1), null, false);

        /** With another time to wait. */
        public Options withAttachTimeout(Duration timeout) {
            return new Options(timeout, staleAfter, owner, anyOwner);
        }

        /** With another tolerance for a heart that stands still. */
        public Options withStaleAfter(Duration tolerance) {
            return new Options(attachTimeout, tolerance, owner, anyOwner);
        }

        /** With another trusted owner. */
        public Options withOwner(String user) {
            return new Options(attachTimeout, staleAfter, user, false);
        }

        /** Trusting whoever owns the file. */
        public Options withAnyOwner() {
            return new Options(attachTimeout, staleAfter, null, true);
        }
    }

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Path path;
    private final Options options;
    private final Thread monitor;
    private volatile @Nullable Attachment attachment;
    private volatile boolean closed;
    private volatile @Nullable AttachException lastFailure;
    private final AtomicLong attachments = new AtomicLong();

    private StoreReader(Path path, Options options) {
        this.path = path;
        this.options = options;
        this.monitor = Thread.ofPlatform().daemon().name("cachee-reader").unstarted(this::watch);
    }

    /**
     * Attaches to a store's file.
     *
     * @throws AttachException when that is not possible within the time allowed; its reason says why
     */
    public static StoreReader attach(Path path, Options options) throws AttachException {
        StoreReader reader = new StoreReader(path, options);
        long deadline = System.nanoTime() + options.attachTimeout.toNanos();
        while (true) {
            try {
                reader.adopt(reader.open());
                break;
            } catch (AttachException e) {
                boolean passing = e.reason() == AttachException.Reason.ABSENT
                        || e.reason() == AttachException.Reason.NOT_READY
                        || e.reason() == AttachException.Reason.STALE_HEARTBEAT;
                if (!passing || System.nanoTime() - deadline >= 0) {
                    throw e.at(path);
                }
                LockSupport.parkNanos(TICK_NANOS);
            }
        }
        reader.monitor.start();
        return reader;
    }

    /** Attaches with the default options. */
    public static StoreReader attach(Path path) throws AttachException {
        return attach(path, Options.DEFAULT);
    }

    /** One writer's file, mapped. */
    private static final class Attachment extends Lookup {
        private final FileChannel channel;
        private final long fileSize;
        private final @Nullable HitChannel hits;
        private long offsetNanos = Long.MIN_VALUE;
        private long lastClock;
        private long lastBeatNanos;
        private volatile long ownMillis;

        Attachment(Region region, Layout layout, FileChannel channel, long fileSize, @Nullable HitChannel hits) {
            super(region, layout, true);
            this.channel = channel;
            this.fileSize = fileSize;
            this.hits = hits;
            this.lastClock = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
            this.lastBeatNanos = System.nanoTime();
        }

        /** The later of the writer's clock and this process's idea of it: either process may be held up. */
        @Override
        long nowMillis() {
            return Math.max(region.getLongOpaque(HeaderDescriptor.CLOCK_OFFSET), ownMillis);
        }

        @Override
        void hit(long hash, long slotOffset, long slot, long first) {
            if (hits != null) {
                hits.report(hash);
            }
        }

        /** Looks at the heart; false when it has stood still for too long, or the file is not what it was. */
        boolean beats(long staleNanos) throws IOException {
            long now = System.nanoTime();
            long clock = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
            if (clock != lastClock) {
                lastClock = clock;
                lastBeatNanos = now;
                offsetNanos = Math.max(offsetNanos, TimeUnit.MILLISECONDS.toNanos(clock) - now);
            }
            if (offsetNanos != Long.MIN_VALUE) {
                ownMillis = (offsetNanos + now) / 1_000_000;
            }
            if (hits != null) {
                hits.tick();
            }
            return now - lastBeatNanos <= staleNanos
                    && region.getLongAcquire(HeaderDescriptor.STATE_OFFSET) == HeaderDescriptor.STATE_READY
                    && channel.size() >= fileSize;
        }

        boolean hasBeaten() {
            return offsetNanos != Long.MIN_VALUE;
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // The mapping outlives the channel; nothing is lost with it.
                return;
            }
        }
    }

    /** Opens, checks and maps the file, and waits for a heartbeat for as long as one tick of a busy writer may take. */
    private Attachment open() throws AttachException {
        Attachment opened = map();
        long deadline = System.nanoTime() + Math.min(options.staleAfter.toNanos(), options.attachTimeout.toNanos());
        try {
            while (opened.beats(Long.MAX_VALUE)) {
                if (opened.hasBeaten()) {
                    return opened;
                }
                if (System.nanoTime() - deadline >= 0) {
                    opened.close();
                    throw new AttachException(
                            AttachException.Reason.STALE_HEARTBEAT, "the writer's clock stands still");
                }
                LockSupport.parkNanos(TICK_NANOS / 4);
            }
            opened.close();
            throw new AttachException(AttachException.Reason.NOT_READY, "the writer has closed the store");
        } catch (IOException | InternalError e) {
            opened.close();
            if (e instanceof AttachException known) {
                throw known;
            }
            throw new AttachException(AttachException.Reason.UNREADABLE, "cannot be read: " + e, e);
        }
    }

    private Attachment map() throws AttachException {
        FileChannel channel = null;
        try {
            checkFile();
            channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
            long fileSize = channel.size();
            if (fileSize < Layout.MIN_SIZE) {
                throw new AttachException(
                        AttachException.Reason.TOO_SHORT,
                        "file has " + fileSize + " bytes, a store has at least " + Layout.MIN_SIZE);
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileSize, Arena.ofAuto());
            Region whole = new Region(memory);
            Layout layout = HeaderDescriptor.check(whole, fileSize);
            Region region = new Region(memory.asSlice(0, layout.size()));
            long instance = region.getLong(HeaderDescriptor.INSTANCE_OFFSET);
            return new Attachment(region, layout, channel, fileSize, joinHits(instance));
        } catch (AttachException e) {
            closeQuietly(channel);
            throw e;
        } catch (NoSuchFileException e) {
            closeQuietly(channel);
            throw new AttachException(AttachException.Reason.ABSENT, "there is no such file", e);
        } catch (IOException | InternalError e) {
            closeQuietly(channel);
            throw new AttachException(AttachException.Reason.UNREADABLE, "cannot be read: " + e, e);
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try (var _ = channel) {
            return;
        } catch (IOException e) {
            // The failure that led here is the one to report.
            return;
        }
    }

    private void checkFile() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AttachException(AttachException.Reason.ABSENT, "there is no such file");
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AttachException(AttachException.Reason.UNREADABLE, "not a regular file");
        }
        if (!options.anyOwner) {
            String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
            String trusted = options.owner != null ? options.owner : StoreFile.ownUser();
            if (!owner.equals(trusted)) {
                throw new AttachException(
                        AttachException.Reason.FOREIGN_OWNER, "belongs to " + owner + ", trusted is " + trusted);
            }
        }
    }

    /** Reporting hits is a courtesy: where it is not possible, reading goes on without. */
    private @Nullable HitChannel joinHits(long instance) {
        Set<java.nio.file.OpenOption> mode =
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel channel = FileChannel.open(StoreFile.sibling(path, ".hits"), mode)) {
            if (channel.size() != HitChannel.BYTES) {
                return null;
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, HitChannel.BYTES, Arena.ofAuto());
            return HitChannel.join(new Region(memory), instance);
        } catch (IOException e) {
            return null;
        }
    }

    private void adopt(Attachment opened) {
        attachments.incrementAndGet();
        lastFailure = null;
        attachment = opened;
    }

    private void detach(Attachment from) {
        if (from.equals(attachment)) {
            attachment = null;
        }
    }

    private void watch() {
        while (!closed) {
            Attachment current = attachment;
            if (current == null) {
                reattach();
            } else if (!isAlive(current)) {
                detach(current);
                current.close();
            }
            LockSupport.parkNanos(current == null ? RETRY_NANOS : TICK_NANOS);
        }
    }

    private boolean isAlive(Attachment current) {
        try {
            return current.beats(options.staleAfter.toNanos());
        } catch (IOException | InternalError e) {
            return false;
        }
    }

    private void reattach() {
        try {
            adopt(open());
        } catch (AttachException e) {
            lastFailure = e;
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
        Attachment current = attachment;
        if (current == null) {
            return MISS;
        }
        try {
            long hash = current.keyHash.of(key, keyOffset, keyLength);
            long length = current.read(key, keyOffset, keyLength, hash, target, targetOffset, capacity, info);
            return Math.max(length, MISS);
        } catch (InternalError truncated) {
            detach(current);
            return MISS;
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    /** The value of a key, or null. */
    public byte @Nullable [] get(byte[] key) {
        EntryInfo info = new EntryInfo();
        byte[] value = new byte[256];
        while (true) {
            long length = get(key, 0, key.length, value, 0, value.length, info);
            if (length < 0 || length > Integer.MAX_VALUE) {
                return null;
            }
            if (length <= value.length) {
                return java.util.Arrays.copyOf(value, (int) length);
            }
            value = new byte[(int) length];
        }
    }

    /**
     * The counter that moves with every change of a key, or {@link #DETACHED}. A copy made after this was read is
     * current while {@link #isCurrent} says so.
     */
    public long coherence(byte[] key) {
        Attachment current = attachment;
        if (current == null) {
            return DETACHED;
        }
        try {
            return current.coherence(current.keyHash.of(key, 0, key.length));
        } catch (InternalError truncated) {
            detach(current);
            return DETACHED;
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    /** Whether a copy made after {@link #coherence} returned {@code counter} is still current. */
    public boolean isCurrent(byte[] key, long counter) {
        return counter != DETACHED && coherence(key) == counter;
    }

    /** Whether there is a writer to read from. */
    public boolean isAttached() {
        return attachment != null;
    }

    /** How often the reader has attached, the first time included. */
    public long attachments() {
        return attachments.get();
    }

    /** Why the last attempt to attach failed, or null when the reader is attached. */
    public @Nullable AttachException lastFailure() {
        return lastFailure;
    }

    /** Detaches for good. */
    @Override
    public void close() {
        closed = true;
        Attachment current = attachment;
        attachment = null;
        LockSupport.unpark(monitor);
        if (current != null) {
            current.close();
        }
    }
}
