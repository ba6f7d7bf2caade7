package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cachee.resp.ReplyWriter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a client that a key has changed; null stands for all keys. */
// Never compared.
@SuppressWarnings("ArrayRecordComponent")
record Invalidation(byte @Nullable [] key) implements Session.Message {
    private static final byte[] CHANNEL = TrackingTable.CHANNEL.getBytes(ISO_8859_1);
    private static final int HEAD_BYTES = 64;

    @Override
    public void writeTo(ReplyWriter reply, Session session) {
        write(reply, session, key == null ? null : List.of(key));
    }

    @Override
    public int bytes() {
        return bytesOf(key);
    }

    static int bytesOf(byte @Nullable [] key) {
        return HEAD_BYTES + (key == null ? 0 : key.length);
    }

    /** Writes one message about several keys; null stands for all. */
    static void write(ReplyWriter reply, Session session, @Nullable Collection<byte[]> keys) {
        if (session.resp3) {
            reply.push(2);
            reply.bulk("invalidate");
        } else {
            Subscriptions own = session.subscriptions;
            if (own == null || !own.channels().contains(new Bytes(CHANNEL))) {
                return;
            }
            reply.push(3);
            reply.bulk("message");
            reply.bulk(CHANNEL);
        }
        if (keys == null) {
            reply.nothing();
        } else {
            reply.array(keys.size());
            keys.forEach(reply::bulk);
        }
    }
}
