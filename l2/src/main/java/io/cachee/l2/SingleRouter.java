package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends everything to one node: a server by its address, or the primary that the sentinels name. They are asked for
 * it whenever a connection is opened while the feed is down, and also periodically. When they name another one, all
 * connections end.
 */
@EventLoopConfined
final class SingleRouter implements Router, Node.Watcher {
    private static final int SENTINEL_CHECK_SECONDS = 15;

    private final LinkContext link;
    private final Generations generations;
    private final Node node;
    private final boolean asksSentinels;
    private @Nullable HostPort primary;
    private @Nullable ScheduledFuture<?> check;
    private boolean closed;

    SingleRouter(LinkContext link) {
        this.link = link;
        this.generations = new Generations(1, link.feed()::vouches);
        this.asksSentinels = link.server().kind() == ServerUri.Kind.SENTINEL;
        if (!asksSentinels) {
            primary = link.server().seeds().getFirst();
        }
        this.node = new Node(link, link.server().name(), this::find, this);
    }

    @Override
    public void open() {
        node.open();
        planCheck();
    }

    private void find(ConnectionRole role, Consumer<Endpoint> found, Consumer<String> failed) {
        HostPort known = primary;
        // If the tracked node is a replica, its feed shows nothing about the primary.
        boolean isSure = node.isTracked() && !role.tracked() && !link.options().readFromReplicas();
        if (known != null && (!asksSentinels || isSure)) {
            found.accept(new Endpoint(known, false));
            return;
        }
        link.blocking()
                .run(
                        link.blocking().topology()::group,
                        group -> {
                            if (!closed) {
                                moveTo(group.primary());
                                found.accept(place(role, group));
                            }
                        },
                        failed);
    }

    private Endpoint place(ConnectionRole role, Topology.Group group) {
        List<HostPort> replicas = group.replicas();
        if (role.tracked() && !replicas.isEmpty()) {
            return new Endpoint(replicas.get(link.random().nextInt(replicas.size())), true);
        }
        return new Endpoint(group.primary(), false);
    }

    private void moveTo(HostPort now) {
        if (!now.equals(primary)) {
            primary = now;
            node.rename(now.toString());
            node.drop("the primary is " + now + " now");
        }
    }

    private void planCheck() {
        if (asksSentinels && !closed) {
            check = link.loop().schedule(this::check, SENTINEL_CHECK_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void check() {
        link.blocking()
                .run(
                        link.blocking().topology()::group,
                        group -> {
                            if (!closed) {
                                moveTo(group.primary());
                                planCheck();
                            }
                        },
                        why -> planCheck());
    }

    @Override
    public int slotOf(byte[] key, int offset, int length) {
        return 0;
    }

    @Override
    public Generations generations() {
        return generations;
    }

    @Override
    public void sendTracked(ByteBuf request, int slot, ReplyHandler handler) {
        node.sendTracked(request, handler);
    }

    @Override
    public void send(ByteBuf request, int slot, RespVersion protocol, int database, ReplyHandler handler) {
        node.send(request, protocol, database, handler);
    }

    @Override
    public Node primary(int slot) {
        return node;
    }

    @Override
    public List<Integer> slotsOfNodes() {
        return List.of(0);
    }

    @Override
    public List<L2Status.Node> status() {
        return List.of(node.status());
    }

    @Override
    public void began(Node same) {
        int generation = generations.fresh();
        generations.set(0, generation);
        node.setGeneration(generation);
        link.feed().began(node.name(), generation);
    }

    @Override
    public void ended(Node same, String why) {
        generations.set(0, Generations.NONE);
        node.setGeneration(Generations.NONE);
        link.feed().ended(node.name(), why);
    }

    @Override
    public void failed(Node same) {
        // The next attempt looks for the primary again.
    }

    @Override
    public void deposed(Node same) {
        if (asksSentinels) {
            link.loop().execute(() -> node.drop("it is not the primary any more"));
        }
    }

    @Override
    public void close(String why) {
        closed = true;
        ScheduledFuture<?> planned = check;
        if (planned != null) {
            planned.cancel(false);
        }
        node.close(why);
    }
}
