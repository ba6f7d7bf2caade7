package io.cachee.resp;

import io.netty.buffer.ByteBuf;

/** Counts the replies in a stream of bytes: strings, numbers, errors and null. Replies may be cut anywhere. */
public final class ReplyCounter {
    private static final int AT_START = 0;
    private static final int IN_LINE = 1;
    private static final int IN_BULK_LENGTH = 2;
    private static final int IN_BULK = 3;

    private int state = AT_START;
    private long number;
    private boolean negative;
    private long bulkLeft;
    private long errors;

    /** How many replies end in these bytes, which are read to their end. */
    public int count(ByteBuf in) {
        int replies = 0;
        int end = in.writerIndex();
        int at = in.readerIndex();
        while (at < end) {
            switch (state) {
                case IN_BULK -> {
                    int take = (int) Math.min(bulkLeft, end - at);
                    at += take;
                    bulkLeft -= take;
                    if (bulkLeft == 0) {
                        state = AT_START;
                        replies++;
                    }
                }
                case IN_LINE -> {
                    int lineFeed = in.indexOf(at, end, (byte) '\n');
                    at = lineFeed < 0 ? end : lineFeed + 1;
                    if (lineFeed >= 0) {
                        state = AT_START;
                        replies++;
                    }
                }
                case AT_START -> begin(in.getByte(at++));
                default -> {
                    at = digits(in, at, end);
                    if (at < end) {
                        replies += afterDigits(in.getByte(at++));
                    }
                }
            }
        }
        in.readerIndex(end);
        return replies;
    }

    private void begin(byte character) {
        number = 0;
        negative = false;
        if (character == '-') {
            errors++;
        }
        state = character == '$' ? IN_BULK_LENGTH : IN_LINE;
    }

    private int digits(ByteBuf in, int start, int end) {
        int at = start;
        long value = number;
        for (int digit; at < end && (digit = in.getByte(at) - '0') >= 0; at++) {
            value = value * 10 + digit;
        }
        number = value;
        return at;
    }

    private int afterDigits(byte character) {
        negative |= character == '-';
        return character == '\n' ? endOfLength() : 0;
    }

    private int endOfLength() {
        if (negative) {
            state = AT_START;
            return 1;
        }
        bulkLeft = number + 2;
        state = IN_BULK;
        return 0;
    }

    /** How many of those were errors. */
    public long errors() {
        return errors;
    }
}
