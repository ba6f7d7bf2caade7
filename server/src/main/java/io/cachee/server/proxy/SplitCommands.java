package io.cachee.server.proxy;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.Request;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Trait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Splits commands whose keys are in several slots of a cluster: DEL, UNLINK, EXISTS and TOUCH, whose replies are added
 * up, and MSET. One request is sent for each slot. Together they are not atomic: other clients may see some of them
 * done, and if one of them fails, the client gets its error although the others have been carried out.
 */
final class SplitCommands {
    private static final byte[] EXISTS = "EXISTS".getBytes(StandardCharsets.ISO_8859_1);

    private SplitCommands() {}

    /**
     * The request for one slot.
     *
     * @param words the command's name, then its arguments
     * @param keyStep the distance from one key among them to the next
     */
    record Part(int slot, List<byte[]> words, int keyStep) {
        ByteBuf request() {
            return RequestEncoder.encode(words.toArray(new byte[0][]));
        }

        /** A request that only reads the keys. Sent over the tracked connection, it makes L2 report their changes. */
        ByteBuf exists() {
            List<byte[]> keys = new ArrayList<>(List.of(EXISTS));
            for (int i = 1; i < words.size(); i += keyStep) {
                keys.add(words.get(i));
            }
            return RequestEncoder.encode(keys.toArray(new byte[0][]));
        }
    }

    /** Splits a request whose keys are in several slots. Returns nothing for a request that travels as it is. */
    static List<Part> of(RemoteRequest remote, Request request, NearCache nearCache) {
        Command command = remote.command();
        int step = command.keyStep;
        boolean hasSeveralKeys = (command.route == Route.SPLIT || command.is(Trait.SPLITS))
                && request.count() > 1 + step
                && (request.count() - 1) % step == 0;
        L2 l2 = nearCache.l2();
        if (!hasSeveralKeys || !nearCache.isCluster() || isInOneSlot(remote, request, l2)) {
            return List.of();
        }
        Map<Integer, List<byte[]>> bySlot = new LinkedHashMap<>();
        for (int key = 1; key < request.count(); key += step) {
            List<byte[]> words = bySlot.computeIfAbsent(slotOf(request, key, l2), _ -> new ArrayList<>());
            if (words.isEmpty()) {
                words.add(request.bytes(0));
            }
            for (int i = key; i < key + step; i++) {
                words.add(request.bytes(i));
            }
        }
        List<Part> parts = new ArrayList<>();
        bySlot.forEach((slot, words) -> parts.add(new Part(slot, words, step)));
        return parts;
    }

    private static boolean isInOneSlot(RemoteRequest remote, Request request, L2 l2) {
        int step = remote.command().keyStep;
        for (int key = 1 + step; key < request.count(); key += step) {
            if (slotOf(request, key, l2) != remote.slot()) {
                return false;
            }
        }
        return true;
    }

    private static int slotOf(Request request, int argument, L2 l2) {
        return l2.slotOf(request.buffer(), request.start(argument), request.length(argument));
    }

    /** Merges the replies to all parts into one when the last has come. Confined to the link's event loop. */
    static final class MergedReply implements ReplyHandler {
        private final ReplyHandler whole;
        private int awaited;
        private long sum;
        private boolean isSum;
        private byte @Nullable [] error;
        private @Nullable L2Failure failure;

        MergedReply(int parts, ReplyHandler whole) {
            this.awaited = parts;
            this.whole = whole;
        }

        @Override
        public void reply(ByteBuf frame) {
            long number = ReplyReader.integer(frame);
            if (number != Long.MIN_VALUE) {
                isSum = true;
                sum += number;
            } else if (ReplyReader.isError(frame)) {
                error = error == null ? ByteBufUtil.getBytes(frame) : error;
            }
            came();
        }

        @Override
        public void failed(L2Failure why) {
            failure = failure == null ? why : failure;
            came();
        }

        private void came() {
            awaited--;
            if (awaited > 0) {
                return;
            }
            L2Failure failed = failure;
            byte[] refused = error;
            if (failed != null) {
                whole.failed(failed);
            } else if (refused != null) {
                whole.reply(Unpooled.wrappedBuffer(refused));
            } else {
                whole.reply(isSum ? ReplyEncoder.integer(sum) : ReplyEncoder.ok());
            }
        }
    }
}
