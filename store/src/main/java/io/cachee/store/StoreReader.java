package io.cachee.store;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
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
public final class StoreReader extends StoreView {
    /** Returned by {@link #coherence} while the reader is detached; no copy is current under it. */
    public static final long DETACHED = 0;

    /**
     * How a reader attaches.
     *
     * @param attachTimeout how long to wait for a file and a heartbeat
     * @param staleAfter how long the heartbeat may stand still
     * @param owner the user that must own the file, or null for the user of this process
     * @param anyOwner whether any owner is trusted
     */
    public record Options(
            Duration attachTimeout,
            Duration staleAfter,
            @Nullable String owner,
            boolean anyOwner) {
        /** Waits for a second, tolerates a second without a heartbeat, and trusts this process's user alone. */
        public static final Options DEFAULT = new Options(Duration.ofSeconds(1), Duration.ofSeconds(1), null, false);

        /** As these, but with another time to wait. */
        public Options withAttachTimeout(Duration timeout) {
            return new Options(timeout, staleAfter, owner, anyOwner);
        }

        /** As these, but with another tolerance for a heartbeat that stands still. */
        public Options withStaleAfter(Duration tolerance) {
            return new Options(attachTimeout, tolerance, owner, anyOwner);
        }

        /** As these, but with another trusted owner. */
        public Options withOwner(String user) {
            return new Options(attachTimeout, staleAfter, user, false);
        }

        /** As these, but trusting any owner. */
        public Options withAnyOwner() {
            return new Options(attachTimeout, staleAfter, null, true);
        }
    }

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    /** Most values are not longer than this, in bytes. */
    private static final int USUAL_LENGTH = 256;

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
                reader.adopt(Attachment.open(path, options));
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
            adopt(Attachment.open(path, options));
        } catch (AttachException e) {
            lastFailure = e;
        }
    }

    // ---------------------------------------------------------------- reading

    @Override
    long copy(
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

    @Override
    long expectedLength(byte[] key) {
        return USUAL_LENGTH;
    }

    /** The counter that moves with every change of a key, or {@link #DETACHED}. */
    @Override
    public long coherence(byte[] key) {
        Attachment current = attachment;
        if (current == null) {
            return DETACHED;
        }
        try {
            return current.coherence.of(current.keyHash.of(key, 0, key.length));
        } catch (InternalError truncated) {
            detach(current);
            return DETACHED;
        } finally {
            Reference.reachabilityFence(current);
        }
    }

    @Override
    public boolean isCurrent(byte[] key, long counter) {
        return counter != DETACHED && super.isCurrent(key, counter);
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
