package io.cachee.server.net;

import io.cachee.resp.RequestDecoder;
import io.netty.buffer.ByteBuf;
import java.util.function.LongPredicate;

/** What a connection has received and not run: the unfinished request, and requests that have to wait. */
final class Unread {
    private static final byte[] NOTHING = {};

    private final LongPredicate hasRoom;
    private Buffers buffers;
    private byte[] bytes = NOTHING;
    private volatile int length;

    /** @param hasRoom whether a large array may be had now */
    Unread(Buffers buffers, LongPredicate hasRoom) {
        this.buffers = buffers;
        this.hasRoom = hasRoom;
    }

    /** Takes memory from elsewhere from now on, and gives back there what it has. */
    void use(Buffers others) {
        buffers = others;
    }

    byte[] bytes() {
        return bytes;
    }

    /** How many there are. From any thread. */
    int length() {
        return length;
    }

    /** How much memory they take. */
    int capacity() {
        return bytes.length;
    }

    /** Adds what has arrived; false when that makes more than {@code most}, or there is no room for it. */
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

    /** Keeps what the decoder still needs of a buffer, which may be the own one, and nothing else. */
    void keepRest(byte[] buffer, int limit, RequestDecoder decoder, int most) {
        int from = decoder.frameStart();
        int rest = limit - from;
        if (rest == 0) {
            decoder.forget();
            clear();
        } else {
            boolean tooSmall = rest > bytes.length;
            // A request's last bytes do not keep the memory of the large one before it.
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
        // No more than twice what has arrived, whatever was promised; and no more than was promised.
        long size = frame > wanted && frame < doubled ? frame + 1024 : doubled;
        return Math.clamp(size, wanted, Math.max(wanted, most));
    }

    void clear() {
        buffers.giveBack(bytes);
        bytes = NOTHING;
        length = 0;
    }
}
