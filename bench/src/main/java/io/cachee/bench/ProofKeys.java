package io.cachee.bench;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;

/**
 * The keys of a proof. Those of even places are written straight to L2 alone, so that a link that fails does not end
 * their histories, the others through sidecars. Writes go to one group of keys after the other: whoever has missed the
 * last change of a key is seen to read what is outdated until the group's next turn.
 */
final class ProofKeys {
    private static final int COUNT = 128;
    private static final int GROUP = 4;
    private static final int TURN_MILLIS = 150;
    private static final int IN_GROUP_PERCENT = 50;

    private final ProofTally tally;
    private final AtomicReferenceArray<KeyHistory> places = new AtomicReferenceArray<>(COUNT);
    private final Queue<KeyHistory> uncertain = new ConcurrentLinkedQueue<>();
    private final AtomicLong names = new AtomicLong();
    /** Whether L2 is going over to replicas. */
    private volatile boolean mayGoBack;

    ProofKeys(ProofTally tally) {
        this.tally = tally;
        for (int i = 0; i < COUNT; i++) {
            places.set(i, fresh());
        }
    }

    private KeyHistory fresh() {
        KeyHistory history = new KeyHistory("key" + names.incrementAndGet());
        if (mayGoBack) {
            history.mayGoBack();
        }
        return history;
    }

    KeyHistory at(int place) {
        return places.get(place);
    }

    static boolean isWrittenDirectly(int place) {
        return place % 2 == 0;
    }

    /** A place of the group whose turn it is. */
    static int drawWritten(Random random) {
        long turn = TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) / TURN_MILLIS;
        return (int) Math.floorMod(turn, (long) COUNT / GROUP) * GROUP + random.nextInt(GROUP);
    }

    static int drawRead(Random random) {
        return random.nextInt(100) < IN_GROUP_PERCENT ? drawWritten(random) : random.nextInt(COUNT);
    }

    /** Replaces a key whose content in L2 is not known by another. */
    void giveUp(int place) {
        KeyHistory history = places.get(place);
        history.giveUp();
        uncertain.add(history);
        places.set(place, fresh());
    }

    int uncertain() {
        return uncertain.size();
    }

    /** Those in their places. */
    List<KeyHistory> current() {
        List<KeyHistory> all = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            all.add(places.get(i));
        }
        return all;
    }

    List<KeyHistory> all() {
        List<KeyHistory> all = new ArrayList<>(uncertain);
        all.addAll(current());
        return all;
    }

    // ---------------------------------------------------------------- when L2 goes over to a replica

    /** Called before L2 can lose versions of these keys. */
    void mayGoBack(Predicate<String> concerned) {
        mayGoBack = true;
        for (KeyHistory history : current()) {
            if (concerned.test(history.key)) {
                history.mayGoBack();
            }
        }
    }

    /** Called when the failover is over; reads from L2 what it has. */
    void settle(DirectClient direct) throws Exception {
        mayGoBack = false;
        for (int i = 0; i < COUNT; i++) {
            int place = i;
            Await.until("what L2 has at " + place, () -> settle(place, direct));
        }
    }

    private boolean settle(int place, DirectClient direct) {
        KeyHistory history = places.get(place);
        history.writing.lock();
        try {
            if (history.isUncertain()) {
                return false;
            }
            if (history.term() == KeyHistory.UNSETTLED) {
                RespValue value = direct.call(history.key, "GET", history.key);
                if (value.isError()) {
                    return false;
                }
                int version = value.isNull() ? 0 : history.version(value.string());
                tally.lost.add(history.settle(version, System.nanoTime()));
            }
            return true;
        } catch (IOException notYet) {
            direct.hangUp();
            return false;
        } finally {
            history.writing.unlock();
        }
    }
}
