package io.cachee.server.command;

/** A name that clients log in under, and what it may do. The rules may change while clients are logged in. */
final class User {
    final String name;
    private volatile UserRules rules;
    volatile boolean deleted;

    User(String name, UserRules rules) {
        this.name = name;
        this.rules = rules;
    }

    UserRules rules() {
        return rules;
    }

    void rules(UserRules newRules) {
        this.rules = newRules;
    }

    boolean mayEverything() {
        return !deleted && rules.mayEverything();
    }
}
