package io.cachee.server.proxy;

import io.cachee.l2.Dedicated;
import io.cachee.l2.ReplyStream;
import io.cachee.l2.RespVersion;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Fetches replies of L2 that are too large to be held here. The request, which only reads, is sent again over a
 * connection of its own, and the reply is handed to the client in parts, no faster than the client takes them. At most
 * {@link #MOST_AT_ONCE} replies are fetched at a time, one for each client, and each holds at most
 * {@link #MOST_UNTAKEN_BYTES}.
 */
final class LargeReplies {
    static final int MOST_AT_ONCE = 16;

    private static final int MOST_UNTAKEN_BYTES = 128 << 10;
    /** A transfer fails when neither L2 nor the client has moved a byte for this long. */
    private static final int STALL_SECONDS = 60;

    private final Forwarding forwarding;
    private final NearCache nearCache;
    private final int database;
    private final AtomicInteger underWay = new AtomicInteger();

    /** @param database the database of L2 whose values are kept in L1 */
    LargeReplies(Forwarding forwarding, NearCache nearCache, int database) {
        this.forwarding = forwarding;
        this.nearCache = nearCache;
        this.database = database;
    }

    /**
     * A request whose reply is large.
     *
     * @param slot the slot of its first key, or -1
     * @param over runs before the end of the reply is given to the client
     */
    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Asked(Session session, byte[] request, int slot, int database, PendingReply place, Runnable over) {
        private void error(String text) {
            over.run();
            place.reply(ReplyEncoder.error(text));
        }

        private void onClient(Runnable task) {
            Forwarding.onClient(session, task);
        }
    }

    /**
     * Sends a forwarded request again. The reply must not show what the client has written since: if it has written
     * anything, it gets an error instead; otherwise its next writes wait. Call from any thread.
     *
     * @param bytes the request as it was sent
     * @param writesBefore how many writes the client had sent when it sent the request
     */
    void askAgain(RemoteRequest request, byte[] bytes, PendingReply place, int writesBefore) {
        Session session = request.session();
        Asked asked =
                new Asked(session, bytes, request.slot(), request.database(), place, () -> session.loadsAwaited--);
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

    /**
     * Fetches the reply to a GET or MGET whose values are too large to be loaded. Call from any thread.
     *
     * @param words the request: the command's name, then the keys
     * @param over runs on the client's event loop before the end of the reply is given to the client
     */
    void askForValues(Session session, List<byte[]> words, PendingReply place, Runnable over) {
        int slot = slotOf(words.get(1));
        if (words.stream().skip(2).anyMatch(key -> slotOf(key) != slot)) {
            String why =
                    "ERR the values are too large to be held together, and of several slots: ask for fewer at once";
            Forwarding.deliver(session, place, ReplyEncoder.error(why), over);
            return;
        }
        byte[] request = RequestEncoder.bytes(words.toArray(byte[][]::new));
        ask(new Asked(session, request, slot, database, place, over));
    }

    private int slotOf(byte[] key) {
        return nearCache.l2().slotOf(key, 0, key.length);
    }

    private void ask(Asked asked) {
        asked.onClient(() -> {
            boolean isWanted = asked.place.inParts(parts -> begin(asked, parts));
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
        RespVersion protocol = RemoteRequest.protocolOf(asked.session);
        forwarding.onLink(() -> new Transfer(asked, parts).begin(protocol));
    }

    private final class Transfer implements ReplyStream.Receiver {
        private final Asked asked;
        private final PendingReply.Parts parts;
        private final ReplyStream stream = new ReplyStream(this);

        // Confined to the link's event loop.
        private @Nullable Dedicated connection;
        private @Nullable ScheduledFuture<?> stallTimer;
        private int untakenBytes;
        private boolean hasMoved;
        private boolean ended;

        /** Whether the client has been given a part. Confined to the client's event loop. */
        private boolean isBegun;

        Transfer(Asked asked, PendingReply.Parts parts) {
            this.asked = asked;
            this.parts = parts;
        }

        void begin(RespVersion protocol) {
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
            untakenBytes += length;
            Dedicated open = connection;
            if (open != null && untakenBytes > MOST_UNTAKEN_BYTES) {
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
            untakenBytes -= length;
            Dedicated open = connection;
            if (open != null && untakenBytes <= MOST_UNTAKEN_BYTES / 2) {
                open.read(true);
            }
        }

        @Override
        public void failed(String why) {
            end();
            asked.onClient(() -> breakOff(why));
        }

        /** Disconnects a client that has been given a part, because it must not take that for the whole reply. */
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
