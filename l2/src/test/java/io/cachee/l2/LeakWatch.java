package io.cachee.l2;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The leak detector that Netty uses in tests, by {@code io.netty.customResourceLeakDetector}. A buffer that was not
 * released is noticed when the collector finds it and another is allocated; so both are provoked before it is asked.
 *
 * @param <T> what may leak
 */
public final class LeakWatch<T> extends ResourceLeakDetector<T> {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final int ROUNDS = 2;

    /** As Netty makes it. */
    public LeakWatch(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
    }

    /** As Netty makes it. */
    @SuppressWarnings("deprecation")
    public LeakWatch(Class<?> resource, int samplingInterval, long maxActive) {
        super(resource, samplingInterval, maxActive);
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

    /** Fails when a buffer was found that nobody had released. */
    static void check() {
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
            UnpooledByteBufAllocator.DEFAULT.heapBuffer(1).release();
        }
        String leak = LEAKS.poll();
        if (leak != null) {
            throw new AssertionError("a buffer was not released: " + leak);
        }
    }
}
