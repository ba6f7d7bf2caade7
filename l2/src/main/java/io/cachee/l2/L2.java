package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The link to L2: one shared connection to each node that is tracked, and on demand one for each version of the
 * protocol that is not, over which all clients' requests travel in one pipeline; and connections of their own for those
 * who need one.
 *
 * <p>Everything happens on one event loop. What is not said to be callable from any thread is called there alone.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class L2 implements AutoCloseable {
    private final LinkContext link;
    private final Router router;
    private final RemoteCommands commands = new RemoteCommands();
    private final Set<DedicatedConnection> dedicated = new HashSet<>();
    private boolean wantsCommands;
    private boolean hasFeed;
    private boolean closed;

    private L2(L2Options options, ServerUri server, EventLoop loop, Feed feed) {
        this.link = new LinkContext(options, server, loop, new CommandsAfterFeed(feed));
        this.router = server.kind() == ServerUri.Kind.CLUSTER ? new ClusterRouter(link) : new SingleRouter(link);
    }

    /** Begins to connect, and goes on trying until it is closed. Refuses options that make no sense. */
    public static L2 open(L2Options options, EventLoop loop, Feed feed) {
        L2 opened = new L2(options, ServerUri.of(options), loop, feed);
        loop.execute(opened::begin);
        return opened;
    }

    private void begin() {
        if (!closed) {
            router.open();
            link.probe().open(link, router);
        }
    }

    /** How many slots the keys of L2 are in: one where there is no cluster. */
    public static int slots(L2Options options) {
        return ServerUri.of(options).kind() == ServerUri.Kind.CLUSTER ? HashSlots.COUNT : 1;
    }

    /** The slot of a key, to be passed along with its requests; 0 where there is no cluster. From any thread. */
    public int slotOf(byte[] key, int offset, int length) {
        return router.slotOf(key, offset, length);
    }

    /** What vouches for values of a slot now: 0 while nothing does. No number is used twice. From any thread. */
    public int generation(int slot) {
        return router.generations().of(slot);
    }

    /**
     * Sends a request over the tracked connection of a slot's node, RESP3: the key it reads will be reported when it
     * changes. The buffer is given away. Requests of one turn of the event loop travel together.
     */
    public void sendTracked(ByteBuf request, int slot, ReplyHandler handler) {
        router.sendTracked(request, slot, handler);
    }

    /**
     * Sends a request over a shared connection. The buffer is given away.
     *
     * @param slot of its keys, or -1 for one without keys
     * @param database as SELECT numbers them; -1 for that of the URI
     */
    public void send(ByteBuf request, int slot, Protocol protocol, int database, ReplyHandler handler) {
        router.send(request, slot, protocol, database, handler);
    }

    /** For each node that has slots one of them, to be passed along with what all of them are asked. */
    public List<Integer> slotsOfNodes() {
        return router.slotsOfNodes();
    }

    /** A connection of one's own to a slot's node, or to any with -1. */
    public Dedicated dedicate(int slot, Protocol protocol, int database, DedicatedHandler handler) {
        ConnectionRole role = new ConnectionRole(false, protocol, database < 0 ? link.server().database() : database);
        DedicatedConnection made = new DedicatedConnection(link, role, handler, dedicated::remove);
        dedicated.add(made);
        Node node = closed ? null : router.primary(slot);
        if (node == null || node.isBroken()) {
            String why = node == null ? "no node is known" : node.name() + " has failed too often";
            link.loop().execute(() -> made.end(why));
        } else {
            made.connect(node);
        }
        return made;
    }

    /**
     * Has the server asked what commands it knows, once a feed has begun. A long reply: it had better not be in the way
     * of what is waited for. Done, on the event loop, when it has answered. From any thread.
     */
    public CompletableFuture<@Nullable Void> learnCommands() {
        link.loop().execute(() -> {
            wantsCommands = true;
            askCommands();
        });
        return commands.known();
    }

    private void askCommands() {
        if (wantsCommands && hasFeed) {
            commands.ask(link, router);
        }
    }

    /** What the server says of a command; null while nothing is known of it. From any thread. */
    public @Nullable RemoteCommand command(String lowerCaseName) {
        return commands.get(lowerCaseName);
    }

    /** How the nodes are doing. From any thread. */
    public L2Status status() {
        LinkCounters counters = link.counters();
        return new L2Status(
                router.status(), link.probe().lagNanos(), (int) counters.connections.get(), counters.totals());
    }

    /** The size of the largest reply that is taken. */
    public int mostReplyBytes() {
        return link.options().mostReplyBytes();
    }

    /** Ends all connections; who waits for a reply is told. From any thread; elsewhere than on the loop it waits. */
    @Override
    public void close() {
        if (link.loop().inEventLoop()) {
            end();
            Thread.ofPlatform().daemon().start(link.blocking()::close);
            return;
        }
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        try {
            link.loop().execute(() -> {
                end();
                ended.complete(null);
            });
            ended.join();
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and all channels with it.
        }
        link.blocking().close();
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        link.probe().close();
        commands.close();
        router.close("closed");
        new ArrayList<>(dedicated).forEach(connection -> connection.end("closed"));
    }

    /** Has the commands asked for when a feed begins. */
    private final class CommandsAfterFeed implements Feed {
        private final Feed feed;

        CommandsAfterFeed(Feed feed) {
            this.feed = feed;
        }

        @Override
        public void vouches(int slot, int generation) {
            feed.vouches(slot, generation);
        }

        @Override
        public void invalidated(byte[] key) {
            feed.invalidated(key);
        }

        @Override
        public void invalidatedAll() {
            feed.invalidatedAll();
        }

        @Override
        public void began(String node, int generation) {
            feed.began(node, generation);
            hasFeed = true;
            askCommands();
        }

        @Override
        public void ended(String node, String why) {
            feed.ended(node, why);
        }
    }
}
