package io.cachee.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The file of one writer, mapped, and whether that writer is alive. */
final class Attachment extends Lookup {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** About a second. */
    private static final int BEATS_PER_HITS_CHECK = 256;

    private final FileChannel channel;
    private final long fileSize;
    private final Path hitsPath;
    private final long instance;
    /** Joined anew when the writer has made another; only a mistimed read uses the old one a little longer. */
    private volatile @Nullable HitChannel hits;

    private @Nullable Object hitsIdentity;
    private int beatsUntilHits;
    private long offsetNanos = Long.MIN_VALUE;
    private long lastClock;
    private long lastBeatNanos;
    private volatile long ownMillis;

    Attachment(Region region, Layout layout, FileChannel channel, long fileSize, Path path) {
        super(region, layout, true);
        this.channel = channel;
        this.fileSize = fileSize;
        this.hitsPath = StoreFile.sibling(path, StoreFile.HITS);
        this.instance = region.getLong(HeaderDescriptor.INSTANCE_OFFSET);
        joinHits();
        this.lastClock = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
        this.lastBeatNanos = System.nanoTime();
    }

    /** Opens, checks and maps the file, and waits for a heartbeat for as long as one tick of a busy writer may take. */
    static Attachment open(Path path, StoreReader.Options options) throws AttachException {
        Attachment opened = map(path, options);
        long deadline = System.nanoTime()
                + Math.min(
                        options.staleAfter().toNanos(), options.attachTimeout().toNanos());
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
                LockSupport.parkNanos(LOOK_NANOS);
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

    private static Attachment map(Path path, StoreReader.Options options) throws AttachException {
        FileChannel channel = null;
        try {
            checkFile(path, options);
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
            return new Attachment(region, layout, channel, fileSize, path);
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

    private static void checkFile(Path path, StoreReader.Options options) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AttachException(AttachException.Reason.ABSENT, "there is no such file");
        }
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AttachException(AttachException.Reason.UNREADABLE, "not a regular file");
        }
        if (!options.anyOwner()) {
            String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
            String trusted = options.owner() != null ? options.owner() : FileGuard.ownUser();
            if (!owner.equals(trusted)) {
                throw new AttachException(
                        AttachException.Reason.FOREIGN_OWNER, "belongs to " + owner + ", trusted is " + trusted);
            }
        }
    }

    /**
     * Joins the channel for reporting hits, if there is another than before. Where reporting is not possible, reading
     * works without it.
     */
    private void joinHits() {
        beatsUntilHits = BEATS_PER_HITS_CHECK;
        try {
            Object there = FileGuard.identity(hitsPath);
            if (there != null && !there.equals(hitsIdentity)) {
                hitsIdentity = there;
                hits = mapHits();
            }
        } catch (IOException | InternalError e) {
            hits = null;
        }
    }

    private @Nullable HitChannel mapHits() throws IOException {
        if (!Files.isRegularFile(hitsPath, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        Set<OpenOption> mode = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try (FileChannel opened = FileChannel.open(hitsPath, mode)) {
            if (opened.size() != HitChannel.BYTES) {
                return null;
            }
            MemorySegment memory = opened.map(FileChannel.MapMode.READ_WRITE, 0, HitChannel.BYTES, Arena.ofAuto());
            return HitChannel.join(new Region(memory), instance);
        }
    }

    /** The later of the writer's clock and this process's estimate of it, because either process may be held up. */
    @Override
    long nowMillis() {
        return Math.max(region.getLongOpaque(HeaderDescriptor.CLOCK_OFFSET), ownMillis);
    }

    @Override
    void hit(long hash, long slotOffset, long slot, long first) {
        HitChannel reporting = hits;
        if (reporting != null) {
            reporting.report(hash);
        }
    }

    /** Checks the heartbeat. False when it has stood still for too long, or the file has changed. */
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
        HitChannel reporting = hits;
        if (reporting != null) {
            reporting.tick();
        }
        if (--beatsUntilHits <= 0) {
            joinHits();
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
            // The mapping outlives the channel, so nothing is lost.
            return;
        }
    }
}
