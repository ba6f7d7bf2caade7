package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a node of a cluster says that sends one elsewhere.
 *
 * @param isMoved for good; else for this one request
 * @param host empty for that of the node that says it
 */
record Redirect(boolean isMoved, int slot, String host, int port) {
    private static final int LENGTH_MAX = 512;

    /** Null for any other reply. */
    static @Nullable Redirect of(ByteBuf frame) {
        int length = frame.readableBytes();
        if (length < 8 || length > LENGTH_MAX || frame.getByte(frame.readerIndex()) != '-') {
            return null;
        }
        byte second = frame.getByte(frame.readerIndex() + 1);
        if (second != 'M' && second != 'A') {
            return null;
        }
        String[] words = frame.toString(ISO_8859_1).strip().split(" ", -1);
        boolean isMoved = words[0].equals("-MOVED");
        if (words.length < 3 || (!isMoved && !words[0].equals("-ASK"))) {
            return null;
        }
        int colon = words[2].lastIndexOf(':');
        try {
            int slot = Integer.parseInt(words[1]);
            int port = Integer.parseInt(words[2].substring(colon + 1));
            boolean isSlot = slot >= 0 && slot < Slots.COUNT && colon >= 0;
            return isSlot ? new Redirect(isMoved, slot, words[2].substring(0, colon), port) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
