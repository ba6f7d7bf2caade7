package io.cachee.server.load;

import io.netty.buffer.ByteBuf;

/** Counts the replies in a stream of bytes: strings, numbers, errors and null. Replies may be cut anywhere. */
final class ReplyCounter {
    private static final int AT_START = 0;
    private static final int IN_LINE = 1;
    private static final int IN_BULK_LENGTH = 2;
    private static final int IN_BULK = 3;

    private int state = AT_START;
    private long number;
    private boolean negative;
    private long bulkLeft;
    private long errors;

    /** How many replies end in these bytes. */
    int count(ByteBuf in) {
        int replies = 0;
        while (in.isReadable()) {
            if (state == IN_BULK) {
                int take = (int) Math.min(bulkLeft, in.readableBytes());
                in.skipBytes(take);
                bulkLeft -= take;
                if (bulkLeft == 0) {
                    state = AT_START;
                    replies++;
                }
                continue;
            }
            if (state == IN_LINE) {
                int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
                if (end < 0) {
                    in.skipBytes(in.readableBytes());
                } else {
                    in.readerIndex(end + 1);
                    state = AT_START;
                    replies++;
                }
                continue;
            }
            replies += step(in.readByte());
        }
        return replies;
    }

    private int step(byte character) {
        if (state == AT_START) {
            number = 0;
            negative = false;
            if (character == '-') {
                errors++;
            }
            state = character == '$' ? IN_BULK_LENGTH : IN_LINE;
            return 0;
        }
        if (character == '-') {
            negative = true;
        } else if (character == '\n') {
            return endOfLength();
        } else if (character != '\r') {
            number = number * 10 + (character - '0');
        }
        return 0;
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

    long errors() {
        return errors;
    }
}
