package io.cachee.server.command;

import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Session;
import java.util.Locale;

/** The types of clients, as CLIENT LIST names them. */
final class ClientTypes {
    private ClientTypes() {}

    static String checkedType(String type) {
        String known = type.toLowerCase(Locale.ROOT);
        return switch (known) {
            case "normal", "pubsub" -> known;
            // No client is ever one of these, but asking for them is no error.
            case "master", "slave", "replica" -> known;
            default -> throw new CommandException("ERR Unknown client type '" + type + "'");
        };
    }

    static String typeOf(Session session) {
        return session.isSubscribed() ? "pubsub" : "normal";
    }
}
