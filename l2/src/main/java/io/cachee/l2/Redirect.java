package io.cachee.l2;

import io.cachee.resp.ReplyReader;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A node's answer that another node of the cluster has the slot: MOVED or ASK.
 *
 * @param isMoved whether the slot has moved for good; otherwise only this request is to be sent elsewhere
 * @param host empty for the host of the node that answered
 */
record Redirect(boolean isMoved, int slot, String host, int port) {
    /** Null for any other reply. */
    static @Nullable Redirect of(ByteBuf frame) {
        String code = ReplyReader.errorCode(frame);
        boolean isMoved = code.equals("MOVED");
        if (!isMoved && !code.equals("ASK")) {
            return null;
        }
        String[] words = ReplyReader.text(frame).split(" ", -1);
        if (words.length < 3) {
            return null;
        }
        int colon = words[2].lastIndexOf(':');
        try {
            int slot = Integer.parseInt(words[1]);
            int port = Integer.parseInt(words[2].substring(colon + 1));
            boolean isSlot = slot >= 0 && slot < HashSlots.COUNT && colon >= 0;
            return isSlot ? new Redirect(isMoved, slot, words[2].substring(0, colon), port) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
