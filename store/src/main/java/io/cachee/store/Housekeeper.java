package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Does what must be done though nobody calls: the clock, the heartbeat, others' hits, expiry, space kept ready. */
final class Housekeeper {
    static final long TICK_MILLIS = 4;
    private static final long EXPIRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int TICKS_PER_STATISTICS = 64;
    /** A step of this size at every sixteenth tick: some 32 megabytes a second, a few percent of a core. */
    private static final long POPULATE_BYTES = 2L << 20;

    private static final int TICKS_PER_POPULATE = 16;
    /** Two seconds: whoever starts has more urgent things to do. */
    private static final int TICKS_BEFORE_POPULATE = 500;

    private final Store store;
    private final Expirer expirer;
    private final @Nullable StoreFile file;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private int ticks;
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
            next = Math.max(next + TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS), System.nanoTime());
            LockSupport.parkNanos(next - System.nanoTime());
        }
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
        store.region().setLongRelease(HeaderDescriptor.CLOCK_OFFSET, store.clockMillis());
        if (file != null) {
            file.checkLength();
            file.drainHits(store::noteForeignHit);
        }
        store.reclaimer().maintain(besideWriters);
        if (!besideWriters || !expirer.isLeftToWriters()) {
            expirer.expireDue(store.nanoTime() + EXPIRY_NANOS);
        }
        if (ticks >= TICKS_BEFORE_POPULATE
                && ticks % TICKS_PER_POPULATE == 0
                && populated < store.region().size()) {
            populateStep();
        }
        if (ticks++ % TICKS_PER_STATISTICS == 0) {
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
