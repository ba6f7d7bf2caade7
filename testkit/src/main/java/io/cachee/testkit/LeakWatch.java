package io.cachee.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The leak detector that Netty uses in tests, by {@code io.netty.customResourceLeakDetector}. Netty notices a buffer
 * that was not released after the garbage collector has found it, and when another is allocated. So {@link #check}
 * provokes both.
 *
 * @param <T> what may leak
 */
public final class LeakWatch<T> extends ResourceLeakDetector<T> {
    private static final Queue<LeakWatch<?>> WATCHES = new ConcurrentLinkedQueue<>();
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final int ROUNDS = 2;

    /** Called by Netty. */
    public LeakWatch(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
        WATCHES.add(this);
    }

    /** Called by Netty. */
    @SuppressWarnings("deprecation")
    public LeakWatch(Class<?> resource, int samplingInterval, long maxActive) {
        super(resource, samplingInterval, maxActive);
        WATCHES.add(this);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        LEAKS.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        LEAKS.add(resourceType);
    }

    /** Fails if a buffer was lost without being released. */
    public static void check() {
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            WATCHES.forEach(LeakWatch::pollLeaks);
        }
        String leak = LEAKS.poll();
        if (leak != null) {
            throw new AssertionError("a buffer was not released: " + leak);
        }
    }

    /** The detector looks for leaks whenever it begins to track something. */
    private void pollLeaks() {
        // Only its identity counts; the detector never looks into it.
        @SuppressWarnings("unchecked")
        T probe = (T) new Object();
        ResourceLeakTracker<T> tracker = trackForcibly(probe);
        tracker.close(probe);
    }
}
