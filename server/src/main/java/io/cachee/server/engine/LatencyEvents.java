package io.cachee.server.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The latest events that took longer than the latency threshold, for LATENCY. */
public final class LatencyEvents {
    private static final int KEPT = 160;

    /** When an event happened, and how long it took. */
    public record Sample(long unixSeconds, long millis) {}

    private final Tunables tunables;
    private final Map<String, Deque<Sample>> samples = new TreeMap<>();
    private final Map<String, Long> worst = new TreeMap<>();

    LatencyEvents(Tunables tunables) {
        this.tunables = tunables;
    }

    void record(String event, long nanos) {
        long threshold = tunables.latencyThresholdMillis;
        long millis = nanos / 1_000_000;
        if (threshold > 0 && millis >= threshold) {
            add(event, new Sample(System.currentTimeMillis() / 1_000, millis));
        }
    }

    private synchronized void add(String event, Sample sample) {
        Deque<Sample> known = samples.computeIfAbsent(event, _ -> new ArrayDeque<>());
        known.addLast(sample);
        if (known.size() > KEPT) {
            known.removeFirst();
        }
        worst.merge(event, sample.millis, Math::max);
    }

    public synchronized List<String> events() {
        return List.copyOf(samples.keySet());
    }

    public synchronized List<Sample> history(String event) {
        Deque<Sample> known = samples.get(event);
        return known == null ? List.of() : new ArrayList<>(known);
    }

    public synchronized long worstMillis(String event) {
        return worst.getOrDefault(event, 0L);
    }

    /** Forgets the samples of these events, or of all if the list is empty. Returns how many events had samples. */
    public synchronized int reset(List<String> events) {
        List<String> gone = events.isEmpty() ? List.copyOf(samples.keySet()) : events;
        int count = 0;
        for (String event : gone) {
            if (samples.remove(event) != null) {
                worst.remove(event);
                count++;
            }
        }
        return count;
    }
}
