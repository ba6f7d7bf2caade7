package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.SharedState;
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
 * The event loops, and which connections each of them serves. {@link LoopPlan} decides how many are used. When that
 * changes, connections move, each while nothing is under way on it. Where the kernel does not report how busy threads
 * are, all loops are used from the start.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class EventLoops {
    private static final long TICK_MILLIS = 100;

    private final MultiThreadIoEventLoopGroup group;
    private final List<LoopContext> contexts = new ArrayList<>();
    private final Map<EventExecutor, LoopContext> byLoop = new HashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final SharedState shared;
    private final IdleCpus idleCpus = new IdleCpus();
    private final LoopPlan plan;
    private final boolean fixed;
    /** How many loops share the clients evenly. */
    private volatile int whole;

    /** How many loops are used, including a helper, which gets fewer clients. */
    private volatile int used;

    private long lastTick = System.nanoTime();
    private long lastRequests;

    EventLoops(SharedState shared, LoopOptions options) {
        this.shared = shared;
        int count = options.count();
        this.plan = new LoopPlan(count);
        long pollNanos = TimeUnit.MICROSECONDS.toNanos(options.busyPollMicros());
        List<LoopLoad> loads = new ArrayList<>();
        this.group = options.polling().loops(count, this::chooser, sockets -> {
            LoopLoad load = new LoopLoad();
            loads.add(load);
            return new LoopWait(sockets, load, pollNanos);
        });
        boolean known = true;
        for (EventExecutor loop : group) {
            int index = contexts.size();
            LoopLoad load = loads.get(index);
            loop.submit(load::attach).syncUninterruptibly();
            known &= load.sample(1);
            LoopContext context = new LoopContext((EventLoop) loop, index, load);
            contexts.add(context);
            byLoop.put(loop, context);
        }
        fixed = !options.adaptive() || !known || count == 1;
        whole = fixed ? count : plan.wholeLoops();
        used = whole;
    }

    private EventExecutorChooser chooser(EventExecutor[] loops) {
        return () -> loops[Math.floorMod(accepted.getAndIncrement(), Math.clamp(whole, 1, loops.length))];
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** How many are used now. */
    @AnyThread
    int used() {
        return used;
    }

    /** For how long all loops together have looked for requests instead of sleeping. */
    @AnyThread
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
            throw new IllegalStateException("the connection is on an event loop of another group");
        }
        return context;
    }

    /** Measures the load from now on, and moves connections where that helps. */
    void balance(Collection<SocketConnection> connections) {
        contexts.getFirst()
                .eventLoop
                .scheduleWithFixedDelay(() -> tick(connections), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick(Collection<SocketConnection> connections) {
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

    /** Moves connections from loops that have more than the plan gives them to those that have fewer. */
    void rearrange(Collection<SocketConnection> connections) {
        whole = plan.wholeLoops();
        used = plan.hasHelper() ? whole + 1 : whole;
        int[] room = new int[contexts.size()];
        for (int i = 0; i < used; i++) {
            room[i] = plan.share(i, connections.size());
        }
        for (SocketConnection connection : connections) {
            room[indexOf(connection)]--;
        }
        for (SocketConnection connection : connections) {
            int from = indexOf(connection);
            if (room[from] < 0) {
                int to = roomiest(room);
                room[from]++;
                room[to]--;
                connection.moveTo(contexts.get(to));
            }
        }
    }

    private static int indexOf(SocketConnection connection) {
        return connection.loop().index;
    }

    private int roomiest(int[] room) {
        int best = 0;
        for (int i = 1; i < used; i++) {
            best = room[i] > room[best] ? i : best;
        }
        return best;
    }

    /** The loop that is always used; periodic tasks run there. */
    EventLoop first() {
        return contexts.getFirst().eventLoop;
    }

    void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        contexts.forEach(context -> context.load.close());
        idleCpus.close();
    }
}
