package io.cachee.server.command;

import io.cachee.server.tier.Tier;

/** Tells clients that keep copies, and the log, what happened in L2. */
final class L2Events implements Tier.Listener {
    private final Instance instance;
    private final int database;

    L2Events(Instance instance, int database) {
        this.instance = instance;
        this.database = database;
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
        instance.log("L2 " + node + " is connected: database " + database + " is kept coherent", null);
    }

    @Override
    public void feedEnded(String node, String why) {
        instance.log("L2 " + node + " is lost: " + why, null);
    }
}
