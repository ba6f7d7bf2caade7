package io.cachee.server.net;

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
 * Replies of a connection that are still to come, and what was replied since: everything leaves in the order of the
 * requests. Of the connection's event loop.
 */
// Written by one thread: no update is lost.
@SuppressWarnings("NonAtomicVolatileUpdate")
final class DeferredReplies {
    /** No further requests are read while so many replies are to come. */
    static final int MOST = 1_024;

    private final class Place implements PendingReply, PendingReply.Parts {
        private @Nullable ByteBuf reply;
        private @Nullable Consumer<Parts> whenFirst;
        private boolean forgotten;
        private final List<ByteBuf> preceding = new ArrayList<>(0);
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

        /** Is called when it may be the first. */
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
    private volatile long bytes;
    private boolean releasing;

    /**
     * @param target takes what may leave
     * @param parts takes a part of a reply, and runs something when it has left
     * @param released is run after something has
     * @param grew is run when messages were added, which nothing bounds but what a client may leave unread
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

    /** How much waits here. From any thread. */
    long bytes() {
        return bytes;
    }

    PendingReply add() {
        Place place = new Place();
        places.add(place);
        return place;
    }

    /** What was replied after the last place was taken. */
    void follow(ByteBuf replies) {
        bytes += replies.readableBytes();
        places.getLast().following.add(replies);
    }

    private void release() {
        if (releasing) {
            // Whoever does sees to it.
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
            first.preceding.forEach(this::hand);
            first.preceding.clear();
            first.beginIfFirst();
            ByteBuf reply = first.reply;
            if (reply == null) {
                break;
            }
            places.remove();
            first.reply = null;
            hand(reply);
            first.following.forEach(this::hand);
            any = true;
        }
        if (any) {
            released.run();
        }
    }

    private void hand(ByteBuf replies) {
        bytes -= replies.readableBytes();
        target.accept(replies);
    }

    /** Nobody is there any more to reply to. */
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
