package io.cachee.server.net;

import io.cachee.resp.RequestDecoder;
import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import io.netty.buffer.ByteBuf;
import java.util.function.LongPredicate;

/** What a connection has received and not run yet: requests that have to wait, and an unfinished one. */
@ConfinedTo("the connection's event loop")
final class UnreadRequests {
    private static final byte[] NOTHING = {};
    private static final int BEGUN_BYTES = 64 << 10;

    private final LongPredicate hasRoom;
    private Buffers buffers;
    private byte[] bytes = NOTHING;

    @AnyThread
    private volatile int length;

    /** @param hasRoom reserves memory for a large array; false when there is too little */
    UnreadRequests(Buffers buffers, LongPredicate hasRoom) {
        this.buffers = buffers;
        this.hasRoom = hasRoom;
    }

    /** Takes arrays from these buffers from now on, and gives them back there. */
    void use(Buffers others) {
        buffers = others;
    }

    byte[] bytes() {
        return bytes;
    }

    /** How many bytes there are. */
    @AnyThread
    int length() {
        return length;
    }

    /** How many bytes of memory they take. */
    int capacity() {
        return bytes.length;
    }

    /** Adds what has arrived; false when this would be more than {@code most} bytes, or there is no memory for it. */
    boolean append(ByteBuf in, RequestDecoder decoder, int most) {
        int more = in.readableBytes();
        int wanted = length + more;
        if (wanted < 0 || wanted > most) {
            return false;
        }
        if (wanted > bytes.length) {
            if (wanted > Buffers.SMALL_BYTES && !hasRoom.test(sizeFor(wanted, decoder, most))) {
                return false;
            }
            byte[] larger = newArray(wanted, decoder, most);
            System.arraycopy(bytes, 0, larger, 0, length);
            buffers.giveBack(bytes);
            bytes = larger;
        }
        in.readBytes(bytes, length, more);
        length = wanted;
        return true;
    }

    /** Keeps only what the decoder still needs of a buffer, which may be {@link #bytes} itself. */
    void keepRest(byte[] buffer, int limit, RequestDecoder decoder, int most) {
        int from = decoder.frameStart();
        int rest = limit - from;
        if (rest == 0) {
            decoder.forget();
            clear();
        } else {
            boolean tooSmall = rest > bytes.length;
            // A short rest does not keep the memory of the large request before it.
            boolean tooLarge = rest <= Buffers.SMALL_BYTES && bytes.length > Buffers.SMALL_BYTES;
            byte[] target = tooSmall || tooLarge ? newArray(rest, decoder, most) : bytes;
            System.arraycopy(buffer, from, target, 0, rest);
            if (tooSmall || tooLarge) {
                buffers.giveBack(bytes);
                bytes = target;
            }
            length = rest;
        }
        decoder.moved(-from);
    }

    private byte[] newArray(int wanted, RequestDecoder decoder, int most) {
        return buffers.take(wanted, sizeFor(wanted, decoder, most));
    }

    private static int sizeFor(int wanted, RequestDecoder decoder, int most) {
        long frame = decoder.frameBytesKnown();
        long doubled = 2L * wanted;
        // A request that has begun to arrive gets all that it needs at once, so that it is not copied again and again.
        // One that only claims to be long gets twice what has arrived. Whole requests that wait get a little room: for
        // as
        // long as they do, nothing is read.
        boolean isKnown = frame > wanted && (frame < doubled || wanted >= BEGUN_BYTES);
        long size = isKnown ? frame + 1024 : frame > wanted ? doubled : wanted + wanted / 4;
        return Math.clamp(size, wanted, Math.max(wanted, most));
    }

    void clear() {
        buffers.giveBack(bytes);
        bytes = NOTHING;
        length = 0;
    }
}
