package io.cachee.server.proxy;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.Request;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.CommandContext;
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
 * Commands on several keys that a cluster has in several slots: DEL, UNLINK, EXISTS and TOUCH, whose replies are added
 * up, and MSET. For each slot a request is sent. All together they are not one step: others may see some of it done,
 * and when one is answered by an error, so is the whole, though the others have been carried out.
 */
final class SplitCommands {
    private static final byte[] EXISTS = "EXISTS".getBytes(StandardCharsets.ISO_8859_1);

    private SplitCommands() {}

    /**
     * What is to be sent for one slot.
     *
     * @param words the request's arguments, the name first
     * @param keyStep from one key among them to the next
     */
    record Part(int slot, List<byte[]> words, int keyStep) {
        ByteBuf request() {
            return RequestEncoder.encode(words.toArray(new byte[0][]));
        }

        /** A request that reads its keys and does no more. */
        ByteBuf exists() {
            List<byte[]> keys = new ArrayList<>(List.of(EXISTS));
            for (int i = 1; i < words.size(); i += keyStep) {
                keys.add(words.get(i));
            }
            return RequestEncoder.encode(keys.toArray(new byte[0][]));
        }
    }

    /** The parts of a request whose keys are in several slots; none for one that travels as it is. */
    static List<Part> of(CommandContext call, L2 l2) {
        Request request = call.request;
        int step = call.command.keyStep;
        boolean hasSeveralKeys = (call.command.route == Route.SPLIT || call.command.is(Trait.SPLITS))
                && request.count() > 1 + step
                && (request.count() - 1) % step == 0;
        if (!hasSeveralKeys || isInOneSlot(request, step, l2)) {
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

    private static boolean isInOneSlot(Request request, int step, L2 l2) {
        int first = slotOf(request, 1, l2);
        for (int key = 1 + step; key < request.count(); key += step) {
            if (slotOf(request, key, l2) != first) {
                return false;
            }
        }
        return true;
    }

    private static int slotOf(Request request, int argument, L2 l2) {
        return l2.slotOf(request.buffer(), request.start(argument), request.length(argument));
    }

    /** Makes one reply of those to all parts, when the last has come. Of the link's event loop. */
    static final class Gathering implements ReplyHandler {
        private final ReplyHandler whole;
        private int awaited;
        private long sum;
        private boolean isSum;
        private byte @Nullable [] error;
        private @Nullable L2Failure failure;

        Gathering(int parts, ReplyHandler whole) {
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
