package io.cachee.server.command;

import io.cachee.server.tier.Tier;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Tells clients that keep copies, the log and probes what happened in L2. */
final class L2Events implements Tier.Listener {
    private final Instance instance;
    private final L2State state;
    private final BooleanSupplier isCoherent;
    private final int database;
    private final LogLimit losses;
    private final LogLimit problems;

    L2Events(Instance instance, L2State state, BooleanSupplier isCoherent, int database) {
        this.instance = instance;
        this.state = state;
        this.isCoherent = isCoherent;
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
        state.began(isCoherent.getAsBoolean());
        instance.info("L2 " + node + " is connected: database " + database + " is kept coherent");
    }

    @Override
    public void feedEnded(String node, String why) {
        state.ended(Instant.now());
        losses.log("L2 " + node + " is lost: " + why);
    }

    @Override
    public void noticed(String problem) {
        problems.log(problem);
    }
}
