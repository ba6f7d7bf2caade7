package io.cachee.server.engine;

/** A user that clients log in as. Its rules may change while clients are logged in. */
public final class User {
    public final String name;
    private volatile UserRules rules;
    volatile boolean deleted;
    /** How often the user has lost a right to channels. */
    private volatile int channelLosses;

    User(String name, UserRules rules) {
        this.name = name;
        this.rules = rules;
    }

    public UserRules rules() {
        return rules;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    synchronized void rules(UserRules newRules) {
        if (!newRules.hasAllChannelsOf(rules)) {
            channelLosses++;
        }
        rules = newRules;
    }

    int channelLosses() {
        return channelLosses;
    }

    public boolean mayEverything() {
        return !deleted && rules.mayEverything();
    }
}
