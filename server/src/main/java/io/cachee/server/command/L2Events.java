package io.cachee.server.command;

import io.cachee.server.tier.Tier;
import java.time.Instant;

/** Tells clients that keep copies, the log and probes what happened in L2. */
final class L2Events implements Tier.Listener {
    private final Instance instance;
    private final int database;
    private final LogLimit losses;
    private final LogLimit problems;

    L2Events(Instance instance, int database) {
        this.instance = instance;
        this.database = database;
        this.losses = new LogLimit(System::nanoTime, message -> instance.log(message, null));
        this.problems = new LogLimit(System::nanoTime, message -> instance.log(message, null));
    }

    @Override
    public void invalidated(byte[] key) {
        if (instance.tracking.isUsed()) {
            instance.tracking.changed(null, key);
        }
    }

    @Override
    public void invalidatedAll() {
        instance.tracking.cleared();
    }

    @Override
    public void feedBegan(String node) {
        // What clients keep was not vouched for meanwhile.
        instance.tracking.cleared();
        instance.l2State.began(instance.isCoherent());
        instance.info("L2 " + node + " is connected: database " + database + " is kept coherent");
    }

    @Override
    public void feedEnded(String node, String why) {
        instance.l2State.ended(Instant.now());
        losses.log("L2 " + node + " is lost: " + why);
    }

    @Override
    public void noticed(String problem) {
        problems.log(problem);
    }
}
