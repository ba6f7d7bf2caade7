package io.cachee.server.proxy;

import io.cachee.l2.Dedicated;
import io.cachee.l2.Protocol;
import io.cachee.l2.ReplyStream;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Replies of L2 that are larger than is held here. What only reads is asked for again, over a connection of its own,
 * and handed to the client as it comes, no faster than the client takes it. So many are on their way at once and no
 * more, one for each client, and each holds no more than {@link #MOST_UNTAKEN}.
 */
final class LargeReplies {
    /** How many may be on their way at once. */
    static final int MOST_AT_ONCE = 16;

    private static final int MOST_UNTAKEN = 512 << 10;
    /** When nothing has moved for so long, it has failed. */
    private static final int STALL_SECONDS = 60;

    private final Forwarding forwarding;
    private final NearCache nearCache;
    private final AtomicInteger underWay = new AtomicInteger();

    LargeReplies(Forwarding forwarding, NearCache nearCache) {
        this.forwarding = forwarding;
        this.nearCache = nearCache;
    }

    /**
     * A request whose reply is large.
     *
     * @param slot of its first key, or -1
     * @param over is run before the end of its reply is given
     */
    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Asked(Session session, byte[] request, int slot, int database, PendingReply later, Runnable over) {
        private void error(String text) {
            over.run();
            later.reply(ReplyEncoder.error(text));
        }

        private void onClient(Runnable task) {
            Forwarding.onClient(session, task);
        }
    }

    /**
     * Has L2 asked again what a client asked beside its writes. What it has written since must not be seen: it is told
     * that its reply was too large then, and else its writes wait. From any thread.
     *
     * @param writesBefore how many writes it had sent when it asked
     */
    void askAgain(Session session, byte[] request, int slot, int database, PendingReply later, int writesBefore) {
        Asked asked = new Asked(session, request, slot, database, later, () -> session.loadsAwaited--);
        asked.onClient(() -> {
            session.loadsAwaited++;
            if (session.writesSent == writesBefore) {
                ask(asked);
            } else {
                asked.error("ERR the reply is too large to be held (--l2-max-reply), and what this client wrote since"
                        + " keeps it from being asked for again");
            }
        });
    }

    /** Has L2 asked again. From any thread. */
    void ask(Asked asked) {
        asked.onClient(() -> {
            boolean isWanted = asked.later.inParts(parts -> begin(asked, parts));
            if (!isWanted) {
                asked.over.run();
            }
        });
    }

    private void begin(Asked asked, PendingReply.Parts parts) {
        if (underWay.incrementAndGet() > MOST_AT_ONCE) {
            underWay.decrementAndGet();
            asked.error(
                    "ERR " + MOST_AT_ONCE + " replies too large to be held (--l2-max-reply) are on their way already");
            return;
        }
        Protocol protocol = Forwarding.protocolOf(asked.session);
        forwarding.onLink(() -> new Transfer(asked, parts).begin(protocol));
    }

    private final class Transfer implements ReplyStream.Receiver {
        private final Asked asked;
        private final PendingReply.Parts parts;
        private final ReplyStream stream = new ReplyStream(this);

        // Of the link's event loop.
        private @Nullable Dedicated connection;
        private @Nullable ScheduledFuture<?> stallTimer;
        private int untaken;
        private boolean hasMoved;
        private boolean ended;

        /** Whether the client has been given a part. Of the client's event loop. */
        private boolean isBegun;

        Transfer(Asked asked, PendingReply.Parts parts) {
            this.asked = asked;
            this.parts = parts;
        }

        void begin(Protocol protocol) {
            Dedicated opened = nearCache.l2().dedicate(asked.slot, protocol, asked.database, stream);
            connection = opened;
            opened.send(Unpooled.wrappedBuffer(asked.request));
            awaitMove();
        }

        private void awaitMove() {
            hasMoved = false;
            stallTimer = nearCache.loop().schedule(this::checkMove, STALL_SECONDS, TimeUnit.SECONDS);
        }

        private void checkMove() {
            if (hasMoved) {
                awaitMove();
            } else if (!ended) {
                end();
                asked.onClient(() -> breakOff("nothing has moved for " + STALL_SECONDS + " s"));
            }
        }

        @Override
        public void part(ByteBuf bytes, boolean isLast) {
            int length = bytes.readableBytes();
            hasMoved = true;
            untaken += length;
            Dedicated open = connection;
            if (open != null && untaken > MOST_UNTAKEN) {
                open.read(false);
            }
            if (isLast) {
                end();
            }
            ByteBuf part = bytes.retainedSlice();
            asked.onClient(() -> give(part, isLast));
        }

        private void give(ByteBuf part, boolean isLast) {
            int length = part.readableBytes();
            isBegun = true;
            if (isLast) {
                asked.over.run();
            }
            boolean isThere = parts.add(part, isLast, () -> forwarding.onLink(() -> taken(length)));
            if (!isThere) {
                forwarding.onLink(this::end);
            }
        }

        private void taken(int length) {
            hasMoved = true;
            untaken -= length;
            Dedicated open = connection;
            if (open != null && untaken <= MOST_UNTAKEN / 2) {
                open.read(true);
            }
        }

        @Override
        public void failed(String why) {
            end();
            asked.onClient(() -> breakOff(why));
        }

        /** No part of a reply is taken for the whole of it. */
        private void breakOff(String why) {
            if (isBegun) {
                asked.session.link.kill();
            } else {
                asked.error("ERR L2 gave no answer: " + why);
            }
        }

        private void end() {
            if (ended) {
                return;
            }
            ended = true;
            underWay.decrementAndGet();
            stream.stop();
            ScheduledFuture<?> timer = stallTimer;
            if (timer != null) {
                timer.cancel(false);
            }
            Dedicated open = connection;
            connection = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
