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
 * The link to L2. It has one tracked connection to each node, and on demand an untracked one for each protocol version
 * and database. All clients share these, in one pipeline each. A client that needs a connection of its own gets a
 * {@link Dedicated} one.
 */
@EventLoopConfined
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

    /** Begins to connect, and keeps trying until it is closed. Throws if the URI cannot be read. */
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

    /** The number of slots: one without a cluster. From any thread. */
    public static int slots(L2Options options) {
        return ServerUri.of(options).kind() == ServerUri.Kind.CLUSTER ? HashSlots.COUNT : 1;
    }

    /** The slot of a key, to be passed with its requests; 0 without a cluster. From any thread. */
    public int slotOf(byte[] key, int offset, int length) {
        return router.slotOf(key, offset, length);
    }

    /** The generation that vouches for a slot's values; 0 for none. No number is used twice. From any thread. */
    public int generation(int slot) {
        return router.generations().of(slot);
    }

    /**
     * Sends a request over the tracked connection of a slot's node, in RESP3. The key it reads is reported when it
     * changes. Takes over the buffer. Requests of one turn of the event loop are sent together.
     */
    public void sendTracked(ByteBuf request, int slot, ReplyHandler handler) {
        requireLoop();
        router.sendTracked(request, slot, handler);
    }

    /**
     * Sends a request over a shared connection. Takes over the buffer.
     *
     * @param slot that of its keys, or -1 for a request without keys
     * @param database -1 for that of the URI
     */
    public void send(ByteBuf request, int slot, RespVersion protocol, int database, ReplyHandler handler) {
        requireLoop();
        router.send(request, slot, protocol, database, handler);
    }

    /** Another thread would race with the loop for the buffers and the order of the requests. */
    private void requireLoop() {
        if (!link.loop().inEventLoop()) {
            throw new IllegalStateException("only the event loop of the link may send requests");
        }
    }

    /** One slot of each node that has any, to send a request to every node. */
    public List<Integer> slotsOfNodes() {
        return router.slotsOfNodes();
    }

    /** Opens a dedicated connection to a slot's node, or to any node with -1. */
    public Dedicated dedicate(int slot, RespVersion protocol, int database, DedicatedHandler handler) {
        ConnectionRole role =
                new ConnectionRole(false, protocol, database < 0 ? link.server().database() : database);
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
     * Asks the server for its commands, once a feed has begun: the reply is long, and would delay the first requests.
     * Completes on the event loop when the server has answered. From any thread.
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

    /** A command as the server describes it; null while it is not known. From any thread. */
    public @Nullable RemoteCommand command(String lowerCaseName) {
        return commands.get(lowerCaseName);
    }

    /** The state of the link. From any thread. */
    public L2Status status() {
        LinkCounters counters = link.counters();
        return new L2Status(
                router.status(), link.probe().lagNanos(), (int) counters.connections.get(), counters.totals());
    }

    /** The size of the largest reply accepted. From any thread. */
    public int mostReplyBytes() {
        return link.options().mostReplyBytes();
    }

    /** Closes all connections and fails all requests. From any thread; waits, except on the event loop. */
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

    /** Asks for the commands when a feed begins. */
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

        @Override
        public void noticed(String problem) {
            feed.noticed(problem);
        }
    }
}
