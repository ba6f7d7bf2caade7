package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster and their slots. The slot table is read from a node periodically, and soon after a redirect or
 * a failed connection. A MOVED takes effect at once.
 *
 * <p>A slot's generation belongs to the feed that vouches for the slot. It changes when that feed begins and when the
 * slot moves to another node. It also changes when a load is redirected, because the node that was asked first does not
 * vouch for the reply.
 */
@EventLoopConfined
final class ClusterRouter implements Router, Node.Watcher {
    private static final int REFRESH_MILLIS = 30_000;
    private static final int SOON_MILLIS = 100;

    private final LinkContext link;
    private final Generations generations;
    private final Map<HostPort, Node> nodes = new LinkedHashMap<>();
    private volatile List<Node> listed = List.of();
    private volatile String lookupProblem = "";
    private final @Nullable Node[] primaries = new @Nullable Node[HashSlots.COUNT];
    /** The replicas that values are loaded from while their feed is up. */
    private final @Nullable Node[] replicas = new @Nullable Node[HashSlots.COUNT];
    /** The nodes whose feeds the slots' generations belong to. */
    private final @Nullable Node[] vouching = new @Nullable Node[HashSlots.COUNT];

    private final Backoff backoff;
    private @Nullable ScheduledFuture<?> refreshTimer;
    private boolean refreshIsSoon;
    private boolean refreshing;
    private boolean closed;

    ClusterRouter(LinkContext link) {
        this.link = link;
        this.generations = new Generations(HashSlots.COUNT, link.feed()::vouches);
        L2Options options = link.options();
        this.backoff = new Backoff(
                Math.max(SOON_MILLIS, options.firstRetryMillis()),
                Math.max(SOON_MILLIS, options.lastRetryMillis()),
                link.random());
    }

    @Override
    public void open() {
        refresh();
    }

    // ---------------------------------------------------------------- the slot table

    private void planRefresh(int aboutMillis) {
        ScheduledFuture<?> planned = refreshTimer;
        if (planned != null) {
            planned.cancel(false);
        }
        if (!closed) {
            int millis = aboutMillis * 3 / 4 + link.random().nextInt(aboutMillis / 2 + 1);
            refreshTimer = link.loop().schedule(this::refresh, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void refreshSoon() {
        if (!refreshIsSoon && !refreshing) {
            refreshIsSoon = true;
            planRefresh(SOON_MILLIS);
        }
    }

    private void refresh() {
        if (closed || refreshing) {
            return;
        }
        refreshing = true;
        link.blocking()
                .run(
                        asking(),
                        ranges -> {
                            refreshing = false;
                            backoff.succeeded();
                            if (!closed) {
                                apply(ranges);
                                refreshIsSoon = false;
                                planRefresh(REFRESH_MILLIS);
                            }
                        },
                        why -> {
                            lookupProblem = why;
                            refreshing = false;
                            refreshIsSoon = true;
                            planRefresh((int) backoff.nextMillis() + SOON_MILLIS);
                        });
    }

    /** Asks nodes that are up first, and those that the URI names last. */
    private Callable<List<Topology.SlotRange>> asking() {
        List<HostPort> known = new ArrayList<>(nodes.keySet());
        Collections.shuffle(known, Random.from(link.random()));
        List<HostPort> asked = new ArrayList<>();
        for (HostPort address : known) {
            Node node = nodes.get(address);
            asked.add(node != null && node.isTracked() ? 0 : asked.size(), address);
        }
        asked.addAll(link.server().seeds());
        return () -> link.blocking().topology().slots(asked);
    }

    private void apply(List<Topology.SlotRange> ranges) {
        @Nullable Node[] nextPrimaries = new @Nullable Node[HashSlots.COUNT];
        @Nullable Node[] nextReplicas = new @Nullable Node[HashSlots.COUNT];
        for (Topology.SlotRange range : ranges) {
            Node primary = node(range.primary());
            List<HostPort> copies = range.replicas();
            Node replica = null;
            if (link.options().readFromReplicas() && !copies.isEmpty()) {
                replica = node(copies.get(Math.floorMod(range.first() + range.last(), copies.size())));
            }
            for (int slot = Math.max(0, range.first()); slot <= Math.min(range.last(), HashSlots.COUNT - 1); slot++) {
                nextPrimaries[slot] = primary;
                nextReplicas[slot] = replica;
            }
        }
        System.arraycopy(nextPrimaries, 0, primaries, 0, HashSlots.COUNT);
        System.arraycopy(nextReplicas, 0, replicas, 0, HashSlots.COUNT);
        vouchAnew();
        Set<Node> used = new HashSet<>();
        for (int slot = 0; slot < HashSlots.COUNT; slot++) {
            add(used, primaries[slot]);
            add(used, replicas[slot]);
        }
        for (Map.Entry<HostPort, Node> entry : new ArrayList<>(nodes.entrySet())) {
            if (!used.contains(entry.getValue())) {
                nodes.remove(entry.getKey());
                entry.getValue().close("it has no slots any more");
            }
        }
        listed = List.copyOf(nodes.values());
    }

    private static void add(Set<Node> used, @Nullable Node node) {
        if (node != null) {
            used.add(node);
        }
    }

    private Node node(HostPort address) {
        Node known = nodes.get(address);
        if (known != null) {
            return known;
        }
        boolean readsCopies = link.options().readFromReplicas();
        Node made = new Node(
                link,
                address.toString(),
                (role, found, failed) -> found.accept(new Endpoint(address, readsCopies && role.tracked())),
                this);
        nodes.put(address, made);
        listed = List.copyOf(nodes.values());
        made.open();
        return made;
    }

    // ---------------------------------------------------------------- generations

    private @Nullable Node loader(int slot) {
        Node replica = replicas[slot];
        return replica != null && replica.isTracked() ? replica : primaries[slot];
    }

    /** Gives all slots that have moved to another node one new generation. */
    private void vouchAnew() {
        int fresh = Generations.NONE;
        for (int slot = 0; slot < HashSlots.COUNT; slot++) {
            Node now = loader(slot);
            if (now != vouching[slot]) {
                fresh = fresh == Generations.NONE ? generations.fresh() : fresh;
                vouch(slot, now, fresh);
            }
        }
    }

    private void vouch(int slot, @Nullable Node node, int fresh) {
        vouching[slot] = node;
        boolean isUp = node != null && node.isTracked();
        generations.set(slot, isUp ? fresh : Generations.NONE);
    }

    @Override
    public void began(Node node) {
        int generation = generations.fresh();
        for (int slot = 0; slot < HashSlots.COUNT; slot++) {
            if (loader(slot) == node) {
                vouch(slot, node, generation);
            }
        }
        node.setGeneration(generation);
        link.feed().began(node.name(), generation);
    }

    @Override
    public void ended(Node node, String why) {
        node.setGeneration(Generations.NONE);
        for (int slot = 0; slot < HashSlots.COUNT; slot++) {
            if (vouching[slot] == node) {
                vouch(slot, node, Generations.NONE);
            }
        }
        // Slots that were read from this replica are read from their primary now.
        vouchAnew();
        link.feed().ended(node.name(), why);
        refreshSoon();
    }

    @Override
    public void failed(Node node) {
        refreshSoon();
    }

    @Override
    public void deposed(Node node) {
        refreshSoon();
    }

    /** The node to ask instead; null when the router is closed. */
    @Nullable
    Node redirected(Redirect redirect, Node by, boolean wasLoad) {
        if (closed) {
            return null;
        }
        int slot = redirect.slot();
        HostPort address = new HostPort(host(redirect, by), redirect.port());
        Node next = node(address);
        if (redirect.isMoved()) {
            primaries[slot] = next;
            replicas[slot] = null;
            refreshSoon();
        }
        if (redirect.isMoved() || wasLoad) {
            vouch(slot, loader(slot), generations.fresh());
        }
        return next;
    }

    private static String host(Redirect redirect, Node by) {
        return redirect.host().isEmpty() ? by.name().substring(0, by.name().lastIndexOf(':')) : redirect.host();
    }

    // ---------------------------------------------------------------- requests

    @Override
    public int slotOf(byte[] key, int offset, int length) {
        return HashSlots.of(key, offset, length);
    }

    @Override
    public Generations generations() {
        return generations;
    }

    @Override
    public void sendTracked(ByteBuf request, int slot, ReplyHandler handler) {
        send(request, slot < 0 ? primary(slot) : loader(slot), true, RespVersion.RESP3, handler);
    }

    @Override
    public void send(ByteBuf request, int slot, RespVersion protocol, int database, ReplyHandler handler) {
        send(request, primary(slot), false, protocol, handler);
    }

    private void send(
            ByteBuf request, @Nullable Node node, boolean tracked, RespVersion protocol, ReplyHandler handler) {
        if (node == null) {
            request.release();
            link.counters().refused.add(1);
            handler.failed(new L2Failure(L2Failure.Kind.NOT_CONNECTED, "no node is known to have the slot"));
            return;
        }
        new ClusterRequest(this, node, request, tracked, protocol, handler).send();
    }

    @Override
    public @Nullable Node primary(int slot) {
        if (slot >= 0) {
            return primaries[slot];
        }
        int start = link.random().nextInt(HashSlots.COUNT);
        Node any = null;
        for (int i = 0; i < HashSlots.COUNT; i++) {
            Node node = primaries[(start + i) & (HashSlots.COUNT - 1)];
            if (node != null && node != any && node.isTracked() && !node.isBroken()) {
                return node;
            }
            any = node == null ? any : node;
        }
        return any;
    }

    @Override
    public List<Integer> slotsOfNodes() {
        Set<Node> seen = new HashSet<>();
        List<Integer> slots = new ArrayList<>();
        for (int slot = 0; slot < HashSlots.COUNT; slot++) {
            Node node = primaries[slot];
            if (node != null && seen.add(node)) {
                slots.add(slot);
            }
        }
        return slots;
    }

    @Override
    public List<L2Status.Node> status() {
        List<Node> known = listed;
        return known.isEmpty()
                ? List.of(new L2Status.Node(link.server().name(), Generations.NONE, false, 0, lookupProblem))
                : known.stream().map(Node::status).toList();
    }

    @Override
    public void close(String why) {
        closed = true;
        ScheduledFuture<?> planned = refreshTimer;
        if (planned != null) {
            planned.cancel(false);
        }
        new ArrayList<>(nodes.values()).forEach(node -> node.close(why));
    }
}
