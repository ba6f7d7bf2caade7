package io.cachee.server.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the errors in replies by their code. The number of different codes is limited. */
public final class ErrorCounts {
    private static final int MOST_CODES = 64;

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    public void count(String error) {
        int blank = error.indexOf(' ');
        String code = blank < 0 ? error : error.substring(0, blank);
        LongAdder known = counts.get(code);
        if (known == null) {
            known = counts.size() < MOST_CODES
                    ? counts.computeIfAbsent(code, _ -> new LongAdder())
                    : counts.computeIfAbsent("OTHER", _ -> new LongAdder());
        }
        known.increment();
    }

    public Map<String, Long> byCode() {
        Map<String, Long> sorted = new TreeMap<>();
        counts.forEach((code, count) -> sorted.put(code, count.sum()));
        return sorted;
    }

    public long total() {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    public void reset() {
        counts.clear();
    }
}
