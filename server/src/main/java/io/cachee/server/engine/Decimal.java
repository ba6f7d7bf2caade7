package io.cachee.server.engine;

import io.cachee.resp.Request;

/** Numbers as Redis reads and writes them. */
public final class Decimal {
    private Decimal() {}

    /** An argument as a 64-bit integer. Blanks, a plus sign and leading zeros are errors. */
    public static long integer(Request request, int argument) {
        return integer(request, argument, CommandException.NOT_AN_INTEGER);
    }

    public static long integer(Request request, int argument, String otherwise) {
        byte[] buffer = request.buffer();
        int start = request.start(argument);
        int end = request.end(argument);
        return integer(buffer, start, end, otherwise);
    }

    public static long integer(byte[] buffer, int start, int end, String otherwise) {
        int at = start;
        boolean negative = at < end && buffer[at] == '-';
        if (negative) {
            at++;
        }
        int digits = end - at;
        if (digits <= 0 || digits > 19 || buffer[at] == '0' && (digits > 1 || negative)) {
            throw new CommandException(otherwise);
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = buffer[at] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                throw new CommandException(otherwise);
            }
            value = value * 10 - digit;
        }
        if (negative) {
            return value;
        }
        if (value == Long.MIN_VALUE) {
            throw new CommandException(otherwise);
        }
        return -value;
    }

    /** An argument as an int within bounds. */
    public static int integer(Request request, int argument, int least, int most) {
        long value = integer(request, argument);
        if (value < least || value > most) {
            throw CommandException.notAnInteger();
        }
        return (int) value;
    }
}
