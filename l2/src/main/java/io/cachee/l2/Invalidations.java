package io.cachee.l2;

import io.cachee.resp.ReplyReader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Parses the push messages that name changed keys, and ignores others. */
final class Invalidations {
    /** Receives the keys. */
    interface Listener {
        void invalidated(byte[] key);

        void invalidatedAll();
    }

    private static final byte[] NAME = "invalidate".getBytes(StandardCharsets.ISO_8859_1);

    private Invalidations() {}

    static void tell(ByteBuf message, Listener listener) {
        ReplyReader in = new ReplyReader(message);
        if (in.next() != '>' || in.count() != 2 || !isNamed(in)) {
            return;
        }
        in.next();
        if (in.isNull()) {
            listener.invalidatedAll();
            return;
        }
        int keys = in.count();
        for (int i = 0; i < keys; i++) {
            in.next();
            byte[] key = in.bytes();
            if (key != null) {
                listener.invalidated(key);
            }
        }
    }

    private static boolean isNamed(ReplyReader in) {
        return in.next() == '$' && in.count() == NAME.length && Arrays.equals(in.bytes(), NAME);
    }
}
