package io.cachee.l2;

import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A node of L2: its tracked connection, which is always kept up, its other shared connections, and its circuit breaker.
 * Every attempt to connect asks a {@link Finder} for the address.
 */
@EventLoopConfined
final class Node implements Invalidations.Listener {
    /** Finds the address of a node, which may take a request to a sentinel. */
    interface Finder {
        void find(ConnectionRole role, Consumer<Endpoint> found, Consumer<String> failed);
    }

    /** Receives the changes in the state of nodes. */
    interface Watcher {
        /** Its feed has begun. */
        void began(Node node);

        /** Its feed has ended. */
        void ended(Node node, String why);

        /** Connecting has failed. */
        void failed(Node node);

        /** It has answered that it is a replica. */
        void deposed(Node node);
    }

    /** The errors of a replica that is asked to write, or that has lost its primary. */
    private static final Set<String> REPLICA_ERRORS = Set.of("READONLY", "MASTERDOWN");

    private final LinkContext link;
    private final Watcher watcher;
    private final Finder finder;
    private final Breaker breaker;
    private final SharedLink tracked;
    private final Map<ConnectionRole, SharedLink> others = new HashMap<>();
    private final LinkCounter inFlight = new LinkCounter();
    private volatile String name;
    private volatile String lastProblem = "";
    private volatile int generation;
    private boolean closed;
    private RespVersion lastAsked = RespVersion.RESP2;
    private @Nullable ScheduledFuture<?> probeTimer;

    Node(LinkContext link, String name, Finder finder, Watcher watcher) {
        this.link = link;
        this.name = name;
        this.finder = finder;
        this.watcher = watcher;
        L2Options options = link.options();
        this.breaker = new Breaker(
                options.breakerFailures(),
                TimeUnit.MILLISECONDS.toNanos(options.firstRetryMillis()),
                TimeUnit.MILLISECONDS.toNanos(options.lastRetryMillis()),
                System::nanoTime,
                link.random());
        int database = link.server().database();
        this.tracked = new SharedLink(link, this, new ConnectionRole(true, RespVersion.RESP3, database));
    }

    String name() {
        return name;
    }

    void rename(String newName) {
        name = newName;
    }

    LinkCounter inFlight() {
        return inFlight;
    }

    /** The generation of its feed; 0 while the feed is down. From any thread. */
    int generation() {
        return generation;
    }

    void setGeneration(int now) {
        generation = now;
    }

    boolean isBroken() {
        return breaker.isOpen();
    }

    boolean isTracked() {
        return tracked.isUp();
    }

    L2Status.Node status() {
        return new L2Status.Node(name, generation, breaker.isOpen(), (int) inFlight.get(), lastProblem);
    }

    // ---------------------------------------------------------------- requests

    void open() {
        tracked.open();
    }

    void sendTracked(ByteBuf request, ReplyHandler handler) {
        if (!isRefusedByBreaker(request, handler)) {
            tracked.send(request, handler);
        }
    }

    void send(ByteBuf request, RespVersion protocol, int database, ReplyHandler handler) {
        if (isRefusedByBreaker(request, handler)) {
            return;
        }
        lastAsked = protocol == RespVersion.EITHER ? lastAsked : protocol;
        ConnectionRole role = new ConnectionRole(
                false, lastAsked, database < 0 ? link.server().database() : database);
        others.computeIfAbsent(role, wanted -> new SharedLink(link, this, wanted))
                .send(request, handler);
    }

    private boolean isRefusedByBreaker(ByteBuf request, ReplyHandler handler) {
        if (!breaker.isOpen() && !closed) {
            return false;
        }
        request.release();
        link.counters().refused.add(1);
        L2Failure.Kind kind = closed ? L2Failure.Kind.NOT_CONNECTED : L2Failure.Kind.BREAKER_OPEN;
        handler.failed(new L2Failure(kind, name + " has failed too often, at last: " + lastProblem));
        return true;
    }

    void locate(ConnectionRole role, Consumer<Endpoint> found, Consumer<String> failed) {
        finder.find(role, found, failed);
    }

    /** Ends all shared connections. Those in use are made again, to the node's address at that time. */
    void drop(String why) {
        tracked.drop(why);
        new ArrayList<>(others.values()).forEach(other -> other.drop(why));
    }

    void close(String why) {
        closed = true;
        tracked.close(why);
        new ArrayList<>(others.values()).forEach(other -> other.close(why));
        ScheduledFuture<?> planned = probeTimer;
        if (planned != null) {
            planned.cancel(false);
        }
    }

    // ---------------------------------------------------------------- events of its connections

    void up(ConnectionRole role) {
        if (breaker.isOpen()) {
            mend();
        }
        if (role.tracked()) {
            lastProblem = "";
            others.values().forEach(SharedLink::forgive);
            watcher.began(this);
        }
    }

    void down(ConnectionRole role, NodeConnection.Ending ending, String why) {
        lastProblem = why;
        if (role.tracked()) {
            link.counters().feedLosses.add(1);
            watcher.ended(this, why);
        }
        if (ending == NodeConnection.Ending.TIMED_OUT) {
            breaker.failed();
            planProbe();
        }
    }

    void failed(String why) {
        lastProblem = why;
        breaker.failed();
        planProbe();
        watcher.failed(this);
    }

    void answered() {
        if (breaker.isStrained()) {
            mend();
        }
    }

    void refused(ByteBuf frame) {
        if (REPLICA_ERRORS.contains(ReplyReader.errorCode(frame))) {
            watcher.deposed(this);
        }
    }

    @Override
    public void invalidated(byte[] key) {
        if (link.probe().isOwn(key)) {
            link.probe().seen();
            return;
        }
        link.counters().invalidations.add(1);
        link.feed().invalidated(key);
    }

    @Override
    public void invalidatedAll() {
        link.feed().invalidatedAll();
    }

    // ---------------------------------------------------------------- the breaker's probe

    /** Closes the breaker, and connects the feed if it is down. */
    private void mend() {
        breaker.succeeded();
        tracked.open();
    }

    private void planProbe() {
        if (!closed && breaker.isOpen() && probeTimer == null) {
            probeTimer = link.loop().schedule(this::probe, breaker.untilProbeNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void probe() {
        probeTimer = null;
        if (closed || !breaker.isOpen() || tracked.isConnecting()) {
            return;
        }
        if (!breaker.beginProbe()) {
            planProbe();
        } else if (tracked.isUp()) {
            tracked.send(RequestEncoder.encode("PING"), new ProbeReply());
        } else {
            tracked.open();
        }
    }

    /** The reply to a probe over the tracked connection. */
    private final class ProbeReply implements ReplyHandler {
        @Override
        public void reply(ByteBuf frame) {
            mend();
        }

        @Override
        public void failed(L2Failure why) {
            breaker.failed();
            planProbe();
        }
    }
}
