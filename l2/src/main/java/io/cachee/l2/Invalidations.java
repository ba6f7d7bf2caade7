package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Takes apart the messages that name changed keys. Others are of no interest. */
final class Invalidations {
    /** Who is told. */
    interface Listener {
        void invalidated(byte[] key);

        void invalidatedAll();
    }

    private static final byte[] NAME = "invalidate".getBytes(StandardCharsets.ISO_8859_1);

    private Invalidations() {}

    static void tell(ByteBuf message, Listener listener) {
        ByteBuf in = message.slice();
        if (in.readByte() != '>' || length(in) != 2 || !isNamed(in)) {
            return;
        }
        byte type = in.readByte();
        int keys = type == '_' ? -1 : length(in);
        if (keys < 0) {
            listener.invalidatedAll();
            return;
        }
        for (int i = 0; i < keys; i++) {
            in.skipBytes(1);
            byte[] key = new byte[length(in)];
            in.readBytes(key);
            in.skipBytes(2);
            listener.invalidated(key);
        }
    }

    private static boolean isNamed(ByteBuf in) {
        byte type = in.readByte();
        if (type != '$' || length(in) != NAME.length) {
            return false;
        }
        byte[] name = ByteBufUtil.getBytes(in, in.readerIndex(), NAME.length, false);
        in.skipBytes(NAME.length + 2);
        return java.util.Arrays.equals(name, NAME);
    }

    private static int length(ByteBuf in) {
        int number = 0;
        boolean isNegative = false;
        for (byte next = in.readByte(); next != '\r'; next = in.readByte()) {
            if (next == '-') {
                isNegative = true;
            } else {
                number = 10 * number + next - '0';
            }
        }
        in.skipBytes(1);
        return isNegative ? -number : number;
    }
}
