package io.cachee.server.command;

import io.cachee.resp.Request;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Why a client may not run a command, in the words of Redis. */
final class Refusals {
    static final String NOT_AUTHENTICATED = "NOAUTH Authentication required.";
    private static final int SHOWN_BYTES = 128;
    private static final Set<String> WHILE_SUBSCRIBED =
            Set.of("subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ping", "quit", "reset");

    private Refusals() {}

    static boolean mayRunWhileSubscribed(Command command) {
        return WHILE_SUBSCRIBED.contains(command.name);
    }

    static String unknown(Request request) {
        String name = cut(request.latin(0));
        if (CommandTable.needsAnEngine(name)) {
            return "ERR '" + name.toLowerCase(java.util.Locale.ROOT) + "' is of a data type that Cachee does not hold"
                    + " itself: it needs a Redis or Valkey behind it (--l2)";
        }
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.count() && arguments.length() < SHOWN_BYTES; i++) {
            String whole = request.latin(i);
            String argument = whole.substring(0, Math.min(whole.length(), SHOWN_BYTES - arguments.length()));
            arguments.append('\'').append(argument).append("' ");
        }
        return "ERR unknown command '" + printable(name) + "', with args beginning with: " + printable(arguments);
    }

    /** An argument as it may stand in an error. */
    static String shown(Request request, int argument) {
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

    /** Why the user's rules refuse a command, or null. */
    static @Nullable String byRules(Instance instance, Session session, Command command, Request request) {
        User user = session.user;
        UserRules rules = user.rules();
        if (rules.mayEverything() && !user.deleted) {
            return null;
        }
        if (user.deleted || !rules.isEnabled() || !rules.mayRun(command)) {
            return "NOPERM User " + user.name + " has no permissions to run the '" + command.fullName(request)
                    + "' command";
        }
        for (int i = command.firstKey; i > 0 && i <= command.lastKeyOf(request); i += command.keyStep) {
            if (!rules.mayAccess(request.bytes(i), command.readsOldValue(), command.writes)) {
                return "NOPERM No permissions to access a key";
            }
        }
        if (command.hidesKeys && !rules.mayAccessAll()) {
            return "NOPERM No permissions to access a key";
        }
        return byChannels(rules, command, request);
    }

    private static @Nullable String byChannels(UserRules rules, Command command, Request request) {
        int last = switch (command.name) {
            case "publish", "spublish" -> Math.min(1, request.count() - 1);
            case "subscribe", "psubscribe", "ssubscribe" -> request.count() - 1;
            default -> 0;
        };
        for (int i = 1; i <= last; i++) {
            if (!rules.mayUseChannel(request.bytes(i), command.name.equals("psubscribe"))) {
                return "NOPERM No permissions to access a channel";
            }
        }
        return null;
    }
}
