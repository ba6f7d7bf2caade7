package io.cachee.server.engine;

import io.cachee.resp.Request;
import org.jspecify.annotations.Nullable;

/** The errors for commands that a client may not run, in the words of Redis. */
public final class Refusals {
    static final String NOT_AUTHENTICATED = "NOAUTH Authentication required.";
    private static final int SHOWN_BYTES = 128;

    private Refusals() {}

    static String unknown(Request request) {
        String name = cut(request.latin(0));
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.count() && arguments.length() < SHOWN_BYTES; i++) {
            String whole = request.latin(i);
            String argument = whole.substring(0, Math.min(whole.length(), SHOWN_BYTES - arguments.length()));
            arguments.append('\'').append(argument).append("' ");
        }
        return "ERR unknown command '" + printable(name) + "', with args beginning with: " + printable(arguments);
    }

    static String whileSubscribed(Command command) {
        return "ERR Can't execute '" + command.name
                + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
    }

    /** An argument, shortened and without control characters, for use in an error. */
    public static String shown(Request request, int argument) {
        return printable(cut(request.latin(argument)));
    }

    private static String cut(String text) {
        return text.length() <= SHOWN_BYTES ? text : text.substring(0, SHOWN_BYTES);
    }

    private static String printable(CharSequence text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            shown.append(character < ' ' ? ' ' : character);
        }
        return shown.toString();
    }

    /** The error if the user's rules forbid a command; otherwise null. */
    static @Nullable String byRules(Session session, Command command, Request request) {
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
