package io.cachee.server.engine;

import io.cachee.resp.Request;
import org.jspecify.annotations.Nullable;

/** Checks a request against its user's rules: the command, its keys and its channels. */
final class Permissions {
    private Permissions() {}

    /** The error if the user's rules forbid a command; otherwise null. */
    static @Nullable String refusal(Session session, Command command, Request request) {
        User user = session.user;
        UserRules rules = user.rules();
        if (rules.mayEverything() && !user.deleted) {
            return null;
        }
        if (user.deleted || !rules.isEnabled() || !rules.mayRun(command)) {
            return "NOPERM User " + user.name + " has no permissions to run the '" + command.name + "' command";
        }
        if (!mayUseKeys(rules, command, request) || command.hidesKeys && !rules.mayAccessAll()) {
            return "NOPERM No permissions to access a key";
        }
        return mayUseChannels(rules, command, request) ? null : "NOPERM No permissions to access a channel";
    }

    private static boolean mayUseKeys(UserRules rules, Command command, Request request) {
        for (KeySpec spec : command.keySpecs) {
            for (int place : spec.places(request)) {
                if (!rules.mayAccess(request.bytes(place), command.reads(spec), spec.writes())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean mayUseChannels(UserRules rules, Command command, Request request) {
        boolean arePatterns = command.is(Trait.CHANNEL_PATTERNS);
        int last = arePatterns || command.is(Trait.CHANNELS) ? request.count() - 1 : command.is(Trait.CHANNEL) ? 1 : 0;
        for (int i = 1; i <= Math.min(last, request.count() - 1); i++) {
            if (!rules.mayUseChannel(request.bytes(i), arePatterns)) {
                return false;
            }
        }
        return true;
    }
}
