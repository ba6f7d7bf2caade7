package io.cachee.server.engine;

/** A user that clients log in as. Its rules may change while clients are logged in. */
public final class User {
    public final String name;
    private volatile UserRules rules;
    volatile boolean deleted;

    User(String name, UserRules rules) {
        this.name = name;
        this.rules = rules;
    }

    public UserRules rules() {
        return rules;
    }

    public void rules(UserRules newRules) {
        this.rules = newRules;
    }

    public boolean mayEverything() {
        return !deleted && rules.mayEverything();
    }
}
