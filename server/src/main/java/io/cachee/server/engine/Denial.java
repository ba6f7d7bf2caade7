package io.cachee.server.engine;

import io.cachee.resp.Request;

/**
 * Why a user's rules forbid a request.
 *
 * @param place the argument that is the forbidden key or channel; 0 if the command is forbidden
 */
public record Denial(Kind kind, int place) {
    /** What is forbidden, in the words of ACL LOG. */
    public enum Kind {
        COMMAND("command"),
        KEY("key"),
        AUTH("auth"),
        CHANNEL("channel");

        final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** Of several selectors that forbid a request, the one that comes furthest is reported. */
    boolean comesFurtherThan(Denial other) {
        int order = kind.compareTo(other.kind);
        return order > 0 || order == 0 && place > other.place;
    }

    /** The command, key or channel that is forbidden. */
    String object(Command command, Request request) {
        return kind == Kind.COMMAND || place >= request.count() ? command.name : request.text(place);
    }

    /** The error for the client. */
    String error(User user, Command command) {
        return switch (kind) {
            case COMMAND ->
                "NOPERM User " + user.name + " has no permissions to run the '" + command.name + "' command";
            case KEY -> "NOPERM No permissions to access a key";
            case AUTH, CHANNEL -> "NOPERM No permissions to access a channel";
        };
    }

    /** What ACL DRYRUN replies. */
    public String inDryRun(Command command, Request request) {
        String object = object(command, request);
        return switch (kind) {
            case COMMAND -> "This user has no permissions to run the '" + object + "' command";
            case KEY -> "This user has no permissions to access the '" + object + "' key";
            case AUTH, CHANNEL -> "This user has no permissions to access the '" + object + "' channel";
        };
    }
}
