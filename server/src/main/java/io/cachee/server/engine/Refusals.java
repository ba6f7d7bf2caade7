package io.cachee.server.engine;

import io.cachee.resp.Request;

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

    static String cut(String text) {
        return text.length() <= SHOWN_BYTES ? text : text.substring(0, SHOWN_BYTES);
    }

    static String printable(CharSequence text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            shown.append(character < ' ' ? ' ' : character);
        }
        return shown.toString();
    }
}
