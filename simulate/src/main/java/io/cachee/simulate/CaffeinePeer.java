package io.cachee.simulate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;

/** Caffeine, limited by entries or by weight. Its maintenance runs in the calling thread after each request. */
final class CaffeinePeer implements Peer {
    private final Cache<Integer, Integer> cache;
    /** The keys, boxed once, so that a replay creates no garbage. */
    private final Integer[] boxed;

    CaffeinePeer(Budget budget) {
        boxed = new Integer[budget.keys()];
        Arrays.setAll(boxed, Integer::valueOf);
        Caffeine<Object, Object> builder = Caffeine.newBuilder().executor(Runnable::run);
        cache = budget.countsEntries()
                ? builder.maximumSize(budget.capacity()).build()
                : builder.maximumWeight(budget.capacity())
                        .weigher(
                                (Integer number, Integer _) -> (int) Math.min(Integer.MAX_VALUE, budget.weight(number)))
                        .build();
    }

    @Override
    public boolean request(int number) {
        Integer key = boxed[number];
        boolean held = cache.getIfPresent(key) != null;
        if (!held) {
            cache.put(key, key);
        }
        cache.cleanUp();
        return held;
    }
}
