package io.cachee.resp;

import java.io.ByteArrayOutputStream;

/** A command typed by hand: words between blanks, some of them in quotes. Quoting is that of redis-cli. */
final class InlineCommand {
    private final byte[] line;
    private final int end;
    private final ByteArrayOutputStream words = new ByteArrayOutputStream();
    private int at;

    private InlineCommand(byte[] line, int start, int end) {
        this.line = line;
        this.at = start;
        this.end = end;
    }

    /** Splits a line into the arguments of {@code request}; none when the line is blank. */
    static void split(byte[] line, int start, int end, Request request) throws ProtocolException {
        new InlineCommand(line, start, end).splitInto(request);
    }

    private void splitInto(Request request) throws ProtocolException {
        while (true) {
            while (at < end && isBlank(line[at])) {
                at++;
            }
            if (at >= end) {
                break;
            }
            int from = words.size();
            word();
            request.add(from, words.size());
        }
        request.in(words.toByteArray());
    }

    private static boolean isBlank(int character) {
        return character == ' ' || character >= '\t' && character <= '\r' || character == 0;
    }

    private void word() throws ProtocolException {
        while (at < end && !isBlank(line[at])) {
            int character = line[at++];
            if (character == '"') {
                doubleQuoted();
                return;
            } else if (character == '\'') {
                singleQuoted();
                return;
            }
            words.write(character);
        }
    }

    private void doubleQuoted() throws ProtocolException {
        while (at < end) {
            int character = line[at++];
            if (character == '"') {
                requireBlank();
                return;
            }
            words.write(character == '\\' && at < end ? escaped() : character);
        }
        throw unbalanced();
    }

    private int escaped() {
        int character = line[at++];
        if (character == 'x' && at + 1 < end) {
            int high = Character.digit(line[at], 16);
            int low = Character.digit(line[at + 1], 16);
            if (high >= 0 && low >= 0) {
                at += 2;
                return high << 4 | low;
            }
        }
        return switch (character) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> character;
        };
    }

    private void singleQuoted() throws ProtocolException {
        while (at < end) {
            int character = line[at++];
            if (character == '\'') {
                requireBlank();
                return;
            }
            if (character == '\\' && at < end && line[at] == '\'') {
                at++;
                words.write('\'');
            } else {
                words.write(character);
            }
        }
        throw unbalanced();
    }

    private void requireBlank() throws ProtocolException {
        if (at < end && !isBlank(line[at])) {
            throw unbalanced();
        }
    }

    private static ProtocolException unbalanced() {
        return new ProtocolException("unbalanced quotes in request");
    }
}
