package io.cachee.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs faults one after the other, with calm between them. A seed decides their order and length. */
public final class FaultTimetable {
    /** Begins or ends a fault. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    /** A temporary fault, of the network or, for example, a suspended server. */
    public record Fault(String name, Action begin, Action end) {}

    /** One fault with the calm before it and its length. */
    public record Turn(Duration calm, Fault fault, Duration length) {}

    private static final long DELAY_MILLIS = 20;
    private static final long RESET_AFTER_BYTES = 1_000;

    private final long seed;
    private final List<Fault> faults;
    private final Duration shortest;
    private final Duration longest;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * @param faults of which each comes once, in an order drawn by lot, before any of them comes again
     * @param shortest that a fault or a calm lasts
     * @param longest that a fault or a calm lasts
     */
    public FaultTimetable(long seed, List<Fault> faults, Duration shortest, Duration longest) {
        if (faults.isEmpty() || !shortest.isPositive() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException(faults.size() + " faults of " + shortest + " to " + longest);
        }
        this.seed = seed;
        this.faults = List.copyOf(faults);
        this.shortest = shortest;
        this.longest = longest;
    }

    /** All faults of a proxy. */
    public static List<Fault> of(FaultProxy proxy) {
        return List.of(
                new Fault("cut", proxy::cut, proxy::resume),
                new Fault("reset", proxy::reset, proxy::resume),
                new Fault("stall to server", () -> proxy.stall(Direction.TO_SERVER), proxy::resume),
                new Fault("stall to client", () -> proxy.stall(Direction.TO_CLIENT), proxy::resume),
                new Fault("blackhole", proxy::blackhole, proxy::resume),
                new Fault("delay", () -> proxy.delay(DELAY_MILLIS), proxy::resume),
                new Fault("reset within a reply", () -> proxy.resetAfter(RESET_AFTER_BYTES), proxy::resume),
                new Fault("truncated reply", proxy::truncateReply, proxy::resume));
    }

    /** The turns that fit into this time; the same seed gives the same turns. */
    public List<Turn> turns(Duration total) {
        Random random = new Random(seed);
        List<Turn> turns = new ArrayList<>();
        List<Fault> left = new ArrayList<>();
        Duration taken = Duration.ZERO;
        while (true) {
            if (left.isEmpty()) {
                left.addAll(faults);
            }
            Turn turn = new Turn(draw(random), left.remove(random.nextInt(left.size())), draw(random));
            taken = taken.plus(turn.calm).plus(turn.length);
            if (taken.compareTo(total) > 0) {
                return turns;
            }
            turns.add(turn);
        }
    }

    private Duration draw(Random random) {
        return Duration.ofNanos(random.nextLong(shortest.toNanos(), longest.toNanos() + 1));
    }

    /** Runs the turns that fit into this time; returns when they are over or {@link #stop} was called. */
    public void run(Duration total) throws Exception {
        List<Turn> turns = turns(total);
        System.out.println("FaultTimetable seed " + seed + ", " + turns.size() + " faults in " + total);
        for (Turn turn : turns) {
            if (isStoppedWithin(turn.calm)) {
                return;
            }
            turn.fault.begin.run();
            try {
                if (isStoppedWithin(turn.length)) {
                    return;
                }
            } finally {
                turn.fault.end.run();
            }
        }
    }

    private boolean isStoppedWithin(Duration time) throws InterruptedException {
        return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends a run early and for good. An active fault is ended first. */
    public void stop() {
        stopped.countDown();
    }
}
