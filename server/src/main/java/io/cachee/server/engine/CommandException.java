package io.cachee.server.engine;

/** Ends a command with an error reply; the command has changed nothing. The message is the reply, code included. */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final String SYNTAX = "ERR syntax error";
    public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    static final String NOT_A_FLOAT = "ERR value is not a valid float";
    static final String OUT_OF_RANGE = "ERR value is out of range";
    static final String TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
    static final String NO_SUCH_KEY = "ERR no such key";
    static final String OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

    public CommandException(String reply) {
        super(reply, null, false, false);
    }

    String reply() {
        return String.valueOf(getMessage());
    }

    public static CommandException syntax() {
        return new CommandException(SYNTAX);
    }

    public static CommandException notAnInteger() {
        return new CommandException(NOT_AN_INTEGER);
    }

    public static CommandException notAFloat() {
        return new CommandException(NOT_A_FLOAT);
    }

    static CommandException outOfRange() {
        return new CommandException(OUT_OF_RANGE);
    }

    public static CommandException tooLong() {
        return new CommandException(TOO_LONG);
    }

    public static CommandException noSuchKey() {
        return new CommandException(NO_SUCH_KEY);
    }

    public static CommandException outOfMemory() {
        return new CommandException(OUT_OF_MEMORY);
    }
}
