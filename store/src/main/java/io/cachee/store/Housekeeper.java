package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Does what must be done though nobody calls: the clock, the heartbeat, others' hits, expiry, space kept ready. */
final class Housekeeper {
    static final long TICK_MILLIS = 4;
    /** Between two looks while nothing is to be done, and no other process reads the clock. */
    static final long REST_MILLIS = 32;

    private static final long EXPIRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MILLIS_PER_STATISTICS = 256;
    /** A step of this size every 64 ms: some 32 megabytes a second, a few percent of a core. */
    private static final long POPULATE_BYTES = 2L << 20;

    private static final long MILLIS_PER_POPULATE = 64;
    /** Whoever starts has more urgent things to do. */
    private static final long MILLIS_BEFORE_POPULATE = 2_000;

    private final Store store;
    private final Expirer expirer;
    private final @Nullable StoreFile file;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private long nextStatisticsMillis;
    private long nextPopulateMillis = MILLIS_BEFORE_POPULATE;
    /** Up to where pages were brought in. */
    private long populated;

    Housekeeper(Store store, Expirer expirer, @Nullable StoreFile file, boolean populates) {
        this.store = store;
        this.expirer = expirer;
        this.file = file;
        this.populated = file == null && populates ? 0 : Long.MAX_VALUE;
        this.thread = Thread.ofPlatform().daemon().name("cachee-store").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long next = System.nanoTime();
        while (!closed) {
            try {
                tickBesideWriters();
            } catch (RuntimeException | Error e) {
                fail(e);
                throw e;
            }
            next = Math.max(next + TimeUnit.MILLISECONDS.toNanos(pauseMillis()), System.nanoTime());
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** How long nothing needs to be done. Each look takes a core from somebody, be it for microseconds. */
    long pauseMillis() {
        boolean rests =
                file == null && !expirer.isAtWork() && !store.reclaimer().isAtWork();
        return rests ? REST_MILLIS : TICK_MILLIS;
    }

    /**
     * The store cannot be trusted any more: its file was cut short, or there is a mistake in it. Readers detach; the
     * owner learns of it by {@link Store#failure()}, and the thread's end is reported like any other.
     */
    private void fail(Throwable e) {
        failure = e;
        try {
            store.region().setLongRelease(HeaderDescriptor.STATE_OFFSET, HeaderDescriptor.STATE_FAILED);
        } catch (InternalError unreachable) {
            e.addSuppressed(unreachable);
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Does all that there is to do. */
    void tick() {
        tick(false);
    }

    /** Does what writers do not do as they go. */
    void tickBesideWriters() {
        tick(true);
    }

    private synchronized void tick(boolean besideWriters) {
        long now = store.clockMillis();
        store.region().setLongRelease(HeaderDescriptor.CLOCK_OFFSET, now);
        if (file != null) {
            file.checkLength();
            file.drainHits(store::noteForeignHit);
        }
        store.reclaimer().maintain(besideWriters);
        if (!besideWriters || !expirer.isLeftToWriters()) {
            expirer.expireDue(store.nanoTime() + EXPIRY_NANOS);
        }
        if (now >= nextPopulateMillis && populated < store.region().size()) {
            nextPopulateMillis = now + MILLIS_PER_POPULATE;
            populateStep();
        }
        if (now >= nextStatisticsMillis) {
            nextStatisticsMillis = now + MILLIS_PER_STATISTICS;
            StatisticsDescriptor.write(store.region(), store.stats());
        }
    }

    private void populateStep() {
        long bytes = Math.min(POPULATE_BYTES, store.region().size() - populated);
        boolean done = NativeMemory.populate(store.region().memory().asSlice(populated, bytes));
        populated = done ? populated + bytes : Long.MAX_VALUE;
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (thread.isAlive()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
