package io.cachee.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Does the regular work of a store on a thread of its own: the clock, the heartbeat, hits in other processes, expiry,
 * and keeping some space free.
 */
final class Housekeeper {
    static final long TICK_MILLIS = 4;
    /** Between two ticks while there is nothing to do and no other process reads the clock. */
    static final long REST_MILLIS = 32;

    private static final long EXPIRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MILLIS_PER_STATISTICS = 256;
    /** A step of this size every 64 ms is 32 MB a second, which takes a few percent of a core. */
    private static final long POPULATE_BYTES = 2L << 20;

    private static final long MILLIS_PER_POPULATE = 64;
    /** A process that has just started has more urgent things to do. */
    private static final long MILLIS_BEFORE_POPULATE = 2_000;

    private final StoreCore core;
    private final Expirer expirer;
    private final @Nullable StoreFile file;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private long nextStatisticsMillis;
    private long nextPopulateMillis = MILLIS_BEFORE_POPULATE;
    /** The end of the pages that are in memory. */
    private long populated;

    Housekeeper(StoreCore core, @Nullable StoreFile file, boolean populates) {
        this.core = core;
        this.expirer = core.expirer;
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

    /** How long nothing needs to be done. Every tick takes a core from another thread, if only for microseconds. */
    long pauseMillis() {
        boolean rests = file == null && !expirer.isAtWork() && !core.reclaimer.isAtWork();
        return rests ? REST_MILLIS : TICK_MILLIS;
    }

    /**
     * Notes that the store cannot be trusted any more, because its file was cut short or because of a bug. Readers
     * detach. The owner sees it in {@link Store#failure()}, and the thread's uncaught exception is reported like any
     * other.
     */
    private void fail(Throwable e) {
        failure = e;
        try {
            core.region.setLongRelease(HeaderDescriptor.STATE_OFFSET, HeaderDescriptor.STATE_FAILED);
        } catch (InternalError unreachable) {
            e.addSuppressed(unreachable);
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Does all the work that is due. */
    void tick() {
        tick(false);
    }

    /** Does the work that writers do not do themselves. */
    void tickBesideWriters() {
        tick(true);
    }

    private synchronized void tick(boolean besideWriters) {
        long now = core.clockMillis();
        core.region.setLongRelease(HeaderDescriptor.CLOCK_OFFSET, now);
        if (file != null) {
            file.checkLength();
            file.drainHits(core.uses::noteForeign);
        }
        core.reclaimer.maintain(besideWriters);
        if (!besideWriters || !expirer.isLeftToWriters()) {
            expirer.expireDue(core.nanoTime() + EXPIRY_NANOS);
        }
        if (now >= nextPopulateMillis && populated < core.region.size()) {
            nextPopulateMillis = now + MILLIS_PER_POPULATE;
            populateStep();
        }
        if (now >= nextStatisticsMillis) {
            nextStatisticsMillis = now + MILLIS_PER_STATISTICS;
            StatisticsDescriptor.write(core.region, core.stats());
        }
    }

    private void populateStep() {
        long bytes = Math.min(POPULATE_BYTES, core.region.size() - populated);
        boolean done = NativeMemory.populate(core.region.memory().asSlice(populated, bytes));
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
