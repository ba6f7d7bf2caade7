package io.cachee.server.net;

import io.cachee.server.engine.SharedState;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory.EventExecutorChooser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The event loops, and who is served by which. Only those are used that {@link LoopPlan} says; when that changes,
 * connections move over, each at a moment at which nothing of it is under way. Where the kernel does not tell how busy
 * threads are, all loops are used from the start.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class EventLoops {
    private static final long TICK_MILLIS = 100;

    private final MultiThreadIoEventLoopGroup group;
    private final List<LoopContext> contexts = new ArrayList<>();
    private final Map<EventExecutor, LoopContext> byLoop = new HashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final SharedState shared;
    private final IdleCpus idleCpus = new IdleCpus();
    private final LoopPlan plan;
    private final boolean fixed;
    /** How many get as many clients as each other, and how many are used with a helper. */
    private volatile int whole;

    private volatile int used;
    private long lastTick = System.nanoTime();
    private long lastRequests;

    EventLoops(
            SharedState shared,
            Polling polling,
            int count,
            boolean adaptive,
            long pollNanos,
            ByteBufAllocator allocator) {
        this.shared = shared;
        this.plan = new LoopPlan(count);
        List<LoopLoad> loads = new ArrayList<>();
        this.group = polling.loops(count, this::chooser, sockets -> {
            LoopLoad load = new LoopLoad();
            loads.add(load);
            return new LoopWait(sockets, load, pollNanos);
        });
        boolean known = true;
        for (EventExecutor loop : group) {
            LoopLoad load = loads.get(contexts.size());
            loop.submit(load::attach).syncUninterruptibly();
            known &= load.sample(1);
            LoopContext context = new LoopContext((EventLoop) loop, load, shared.executor(allocator), count);
            contexts.add(context);
            byLoop.put(loop, context);
        }
        fixed = !adaptive || !known || count == 1;
        whole = fixed ? count : plan.wholeLoops();
        used = whole;
    }

    private EventExecutorChooser chooser(EventExecutor[] loops) {
        return () -> loops[Math.floorMod(turn.getAndIncrement(), Math.clamp(whole, 1, loops.length))];
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** How many are used now. From any thread. */
    int used() {
        return used;
    }

    /** For how long they have looked for requests instead of sleeping, all together. From any thread. */
    long busyPollNanos() {
        return contexts.stream()
                .mapToLong(context -> context.load.polledNanos())
                .sum();
    }

    List<LoopContext> contexts() {
        return contexts;
    }

    LoopContext contextOf(EventLoop loop) {
        LoopContext context = byLoop.get(loop);
        if (context == null) {
            throw new IllegalStateException("a connection on an event loop that is not ours");
        }
        return context;
    }

    /** Keeps an eye on the load from now on, and moves connections of those given where that helps. */
    void balance(Collection<Connection> connections) {
        contexts.getFirst()
                .eventLoop
                .scheduleWithFixedDelay(() -> tick(connections), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick(Collection<Connection> connections) {
        try {
            LoopPlan.Sample seen = look();
            if (!fixed) {
                plan.after(seen);
                rearrange(connections);
            }
        } catch (RuntimeException problem) {
            shared.events().tickFailed(problem);
        }
    }

    private LoopPlan.Sample look() {
        long now = System.nanoTime();
        long wall = Math.max(1, now - lastTick);
        lastTick = now;
        double idle = idleCpus.sample(wall);
        double ran = 0;
        double waited = 0;
        for (int i = 0; i < contexts.size(); i++) {
            LoopLoad load = contexts.get(i).load;
            load.sample(wall);
            load.decidePolling(idle);
            if (i < whole) {
                ran += load.ranShare() / whole;
                waited += load.waitedShare() / whole;
            }
        }
        long requests = shared.statistics.commandsRun();
        double rate = (requests - lastRequests) / (wall / 1e9);
        lastRequests = requests;
        return new LoopPlan.Sample(ran, waited, idle, rate);
    }

    LoopPlan plan() {
        return plan;
    }

    /** Moves connections from loops that have more than the plan says to those that have fewer. */
    void rearrange(Collection<Connection> connections) {
        whole = plan.wholeLoops();
        used = plan.hasHelper() ? whole + 1 : whole;
        int[] room = new int[contexts.size()];
        for (int i = 0; i < used; i++) {
            room[i] = plan.share(i, connections.size());
        }
        for (Connection connection : connections) {
            room[indexOf(connection)]--;
        }
        for (Connection connection : connections) {
            int from = indexOf(connection);
            if (room[from] < 0) {
                int to = roomiest(room);
                room[from]++;
                room[to]--;
                connection.moveTo(contexts.get(to));
            }
        }
    }

    private int indexOf(Connection connection) {
        return Math.max(0, contexts.indexOf(connection.loop()));
    }

    private int roomiest(int[] room) {
        int best = 0;
        for (int i = 1; i < used; i++) {
            best = room[i] > room[best] ? i : best;
        }
        return best;
    }

    /** The one that is always used, for what has to be done at times. */
    EventLoop first() {
        return contexts.getFirst().eventLoop;
    }

    void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        contexts.forEach(context -> context.load.close());
        idleCpus.close();
    }
}
