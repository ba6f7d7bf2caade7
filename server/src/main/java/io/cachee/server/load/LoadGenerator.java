package io.cachee.server.load;

import io.cachee.resp.RequestEncoder;
import io.cachee.server.net.ClientTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Puts a load on a server and measures its throughput and latency. */
public final class LoadGenerator {
    private static final int FILL_BATCH = 256;
    private static final int FILL_BYTES = 1 << 18;
    /** The time between two checks for due batches in an open loop. */
    private static final long TICK_MICROS = 50;

    private final LoadPlan plan;
    private final KeyDraws draws;

    public LoadGenerator(LoadPlan plan) {
        this.plan = plan;
        this.draws = new KeyDraws(plan.keys(), plan.skew(), 42);
    }

    /** Sets all keys, so that reads find values. */
    public void fill(TargetServer target) throws IOException {
        target.ask("PING"); // its error, such as a missing password, is clearer than that of a large request
        String value = "x".repeat(plan.valueBytes());
        int batch = Math.clamp(FILL_BYTES / Math.max(1, plan.valueBytes()), 1, FILL_BATCH);
        List<String> words = new ArrayList<>();
        for (int key = 0; key < plan.keys(); key++) {
            if (words.isEmpty()) {
                words.add("MSET");
            }
            words.add("key:" + String.format("%012d", key));
            words.add(value);
            if (words.size() > 2 * batch || key == plan.keys() - 1) {
                target.ask(words.toArray(String[]::new));
                words.clear();
            }
        }
    }

    /** Runs the load once. */
    public LoadResult run(TargetServer target) throws IOException {
        MultiThreadIoEventLoopGroup loops = ClientTransport.loops(plan.threads());
        List<LoadConnection> connections = new ArrayList<>();
        try {
            connect(target, loops, connections);
            for (LoadConnection connection : connections) {
                connection.onLoop(connection::start);
            }
            if (plan.ratePerSecond() > 0) {
                keepSending(connections, loops);
            }
            pause(plan.warmUpSeconds());
            for (LoadConnection connection : connections) {
                connection.onLoop(connection::measure);
            }
            double cpuBefore = target.cpuSeconds();
            long start = System.nanoTime();
            pause(plan.seconds());
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpu = target.cpuSeconds() - cpuBefore;
            for (LoadConnection connection : connections) {
                connection.onLoop(connection::stop);
            }
            return result(connections, seconds, cpu);
        } finally {
            connections.forEach(LoadConnection::close);
            loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** Schedules one task for all connections of a loop; one for each would cost more than the requests. */
    // A connection that fails to send is reported as broken.
    @SuppressWarnings("FutureReturnValueIgnored")
    private static void keepSending(List<LoadConnection> connections, MultiThreadIoEventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            List<LoadConnection> own = connections.stream()
                    .filter(connection -> loop.equals(connection.loop()))
                    .toList();
            loop.scheduleWithFixedDelay(
                    () -> {
                        long now = System.nanoTime();
                        own.forEach(connection -> connection.sendDue(now));
                    },
                    0,
                    TICK_MICROS,
                    TimeUnit.MICROSECONDS);
        }
    }

    private static void pause(double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void connect(TargetServer target, MultiThreadIoEventLoopGroup loops, List<LoadConnection> connections)
            throws IOException {
        for (int i = 0; i < plan.clients(); i++) {
            LoadConnection connection = new LoadConnection(plan, draws, i);
            Bootstrap bootstrap = new Bootstrap()
                    .group(loops)
                    .channel(ClientTransport.channel(target.isUnix()))
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(connection);
                        }
                    });
            ClientTransport.shareBuffers(bootstrap);
            try {
                Channel channel = bootstrap
                        .connect(ClientTransport.address(target.address()))
                        .syncUninterruptibly()
                        .channel();
                if (!target.password().isEmpty()) {
                    connection.expectGreeting();
                    byte[] auth = RequestEncoder.bytes("AUTH", target.password());
                    channel.writeAndFlush(channel.alloc().buffer().writeBytes(auth))
                            .syncUninterruptibly();
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(target.name() + ": " + e.getMessage(), e);
            }
            connections.add(connection);
        }
    }

    private static LoadResult result(List<LoadConnection> connections, double seconds, double cpuSeconds) {
        Histogram all = new Histogram(60_000_000_000L, 3);
        long requests = 0;
        long errors = 0;
        int broken = 0;
        for (LoadConnection connection : connections) {
            connection.onLoop(() -> {});
            all.add(connection.histogram());
            requests += connection.done();
            errors += connection.errors();
            broken += connection.isOpen() ? 0 : 1;
        }
        return new LoadResult(requests, seconds, errors, broken, requests == 0 ? 0 : cpuSeconds * 1e6 / requests, all);
    }
}
