package io.cachee.server.engine;

import io.cachee.resp.Request;
import org.jspecify.annotations.Nullable;

/** Checks a request against its user's rules: the command, its keys and its channels. */
public final class Permissions {
    private static final Denial COMMAND = new Denial(Denial.Kind.COMMAND, 0);

    private Permissions() {}

    /** Why the user may not send a request now; null if it may. */
    static @Nullable Denial denial(User user, Command command, Request request) {
        UserRules rules = user.rules();
        if (user.deleted || !rules.isEnabled()) {
            return COMMAND;
        }
        return rules.mayEverything() ? null : denial(rules, command, request);
    }

    /** Why the rules forbid a request; null if one of the selectors allows it. */
    public static @Nullable Denial denial(UserRules rules, Command command, Request request) {
        Denial furthest = null;
        for (RuleSelector selector : rules.selectors()) {
            Denial denial = denial(selector, command, request);
            if (denial == null) {
                return null;
            }
            furthest = furthest == null || denial.comesFurtherThan(furthest) ? denial : furthest;
        }
        return furthest;
    }

    private static @Nullable Denial denial(RuleSelector selector, Command command, Request request) {
        if (!command.noAuth && !selector.mayRun(command, request)) {
            return COMMAND;
        }
        Denial key = selector.mayAccessAll() ? null : deniedKey(selector, command.keyRights, request);
        return key == null ? deniedChannel(selector, command, request) : key;
    }

    private static @Nullable Denial deniedKey(RuleSelector selector, KeyRights rights, Request request) {
        for (KeyRights.Use use : rights.uses(request)) {
            if (!selector.mayAccess(request.bytes(use.place()), use.reads(), use.writes())) {
                return new Denial(Denial.Kind.KEY, use.place());
            }
        }
        return rights.hidesKeys(request) ? new Denial(Denial.Kind.KEY, request.count()) : null;
    }

    private static @Nullable Denial deniedChannel(RuleSelector selector, Command command, Request request) {
        boolean arePatterns = command.is(Trait.CHANNEL_PATTERNS);
        int last = arePatterns || command.is(Trait.CHANNELS) ? request.count() - 1 : command.is(Trait.CHANNEL) ? 1 : 0;
        for (int i = 1; i <= Math.min(last, request.count() - 1); i++) {
            if (!selector.mayUseChannel(request.bytes(i), arePatterns)) {
                return new Denial(Denial.Kind.CHANNEL, i);
            }
        }
        return null;
    }
}
