package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import io.cachee.server.engine.PendingReply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replies of a connection that are still to come, and what was replied after them. Everything leaves in the order of
 * the requests, so what follows a reply that is still to come has to wait for it.
 */
// Only the event loop writes the sum of bytes, so no update is lost.
@SuppressWarnings("NonAtomicVolatileUpdate")
@ConfinedTo("the connection's event loop")
final class DeferredReplies {
    /** No further request is read while this many replies are to come. */
    static final int MOST = 1_024;

    private final class Place implements PendingReply, PendingReply.Parts {
        private @Nullable ByteBuf reply;
        /** Begins a reply in parts, once all before it have left. */
        private @Nullable Consumer<Parts> whenFirst;

        private boolean forgotten;
        /** Messages to be sent before the reply. */
        private final List<ByteBuf> preceding = new ArrayList<>(0);
        /** Replies to be sent after it, up to the next that is still to come. */
        private final List<ByteBuf> following = new ArrayList<>(0);

        @Override
        public void reply(ByteBuf whole) {
            if (forgotten) {
                whole.release();
            } else {
                reply = whole;
                bytes += whole.readableBytes();
                release();
            }
        }

        @Override
        public boolean precede(ByteBuf message) {
            if (forgotten) {
                message.release();
            } else if (equals(places.peek())) {
                target.accept(message);
                grew.run();
                released.run();
            } else {
                bytes += message.readableBytes();
                preceding.add(message);
                grew.run();
            }
            return true;
        }

        @Override
        public boolean inParts(Consumer<Parts> begin) {
            whenFirst = begin;
            release();
            return true;
        }

        /** Begins a reply in parts, if all before it have left. */
        void beginIfFirst() {
            Consumer<Parts> begin = whenFirst;
            if (begin != null && !forgotten && equals(places.peek())) {
                whenFirst = null;
                begin.accept(this);
            }
        }

        @Override
        public boolean add(ByteBuf part, boolean isLast, Runnable taken) {
            if (forgotten) {
                part.release();
                return false;
            }
            if (isLast) {
                reply(part);
            } else {
                parts.accept(part, taken);
                released.run();
            }
            return true;
        }
    }

    private final Consumer<ByteBuf> target;
    private final BiConsumer<ByteBuf, Runnable> parts;
    private final Runnable released;
    private final Runnable grew;
    private final Deque<Place> places = new ArrayDeque<>(0);

    @AnyThread
    private volatile long bytes;

    private boolean releasing;

    /**
     * @param target takes what may leave
     * @param parts takes a part of a reply, and a task to run when the client has taken the part
     * @param released is run after something was given to {@code target} or {@code parts}
     * @param grew is run when a message was added; only the limit of unsent bytes bounds these
     */
    DeferredReplies(Consumer<ByteBuf> target, BiConsumer<ByteBuf, Runnable> parts, Runnable released, Runnable grew) {
        this.target = target;
        this.parts = parts;
        this.released = released;
        this.grew = grew;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    boolean isFull() {
        return places.size() >= MOST;
    }

    /** How many bytes wait here. */
    @AnyThread
    long bytes() {
        return bytes;
    }

    PendingReply add() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    /** Adds replies that follow the last one still to come. */
    void follow(ByteBuf replies) {
        bytes += replies.readableBytes();
        places.getLast().following.add(replies);
    }

    private void release() {
        if (releasing) {
            // The call that is under way releases this too.
            return;
        }
        releasing = true;
        try {
            releaseAll();
        } finally {
            releasing = false;
        }
    }

    private void releaseAll() {
        boolean any = false;
        for (Place first = places.peek(); first != null; first = places.peek()) {
            any |= !first.preceding.isEmpty();
            first.preceding.forEach(this::handOver);
            first.preceding.clear();
            first.beginIfFirst();
            ByteBuf reply = first.reply;
            if (reply == null) {
                break;
            }
            places.remove();
            first.reply = null;
            handOver(reply);
            first.following.forEach(this::handOver);
            any = true;
        }
        if (any) {
            released.run();
        }
    }

    private void handOver(ByteBuf replies) {
        bytes -= replies.readableBytes();
        target.accept(replies);
    }

    /** Drops everything, because the client is gone. */
    void forget() {
        for (Place place : places) {
            place.forgotten = true;
            if (place.reply != null) {
                place.reply.release();
                place.reply = null;
            }
            place.preceding.forEach(ByteBuf::release);
            place.preceding.clear();
            place.following.forEach(ByteBuf::release);
            place.following.clear();
        }
        places.clear();
        bytes = 0;
    }
}
