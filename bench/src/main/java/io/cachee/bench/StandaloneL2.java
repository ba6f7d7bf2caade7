package io.cachee.bench;

import io.cachee.testkit.FaultProxy;
import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RedisServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One Redis, and before each sidecar a network that fails by a timetable of its own; Redis itself is killed and
 * suspended. It writes what it acknowledges to a file, so that a kill loses none of it.
 */
final class StandaloneL2 implements ProofL2 {
    private static final Duration SHORTEST_OF_NETWORK = Duration.ofMillis(50);
    private static final Duration LONGEST_OF_NETWORK = Duration.ofMillis(1_500);

    private final RedisServerProcess redis;
    private final List<FaultProxy> proxies = new ArrayList<>();

    StandaloneL2() throws Exception {
        redis = RedisServerProcess.start("--appendonly", "yes", "--appendfsync", "no");
    }

    @Override
    public String uri(int sidecar) throws IOException {
        FaultProxy proxy = FaultProxy.start(redis.port());
        proxies.add(proxy);
        return "redis://127.0.0.1:" + proxy.port();
    }

    @Override
    public DirectClient direct() {
        return new PrimaryClient(redis::port);
    }

    @Override
    public List<FaultTimetable> faults(long seed, ProofKeys keys) {
        List<FaultTimetable> all = new ArrayList<>();
        for (FaultProxy proxy : proxies) {
            all.add(new FaultTimetable(
                    seed + all.size(), FaultTimetable.of(proxy), SHORTEST_OF_NETWORK, LONGEST_OF_NETWORK));
        }
        List<FaultTimetable.Fault> ofRedis = List.of(
                new FaultTimetable.Fault("restart", redis::restart, () -> {}),
                new FaultTimetable.Fault("suspended", redis::pause, redis::resume));
        all.add(new FaultTimetable(seed + all.size(), ofRedis, SHORTEST, LONGEST));
        return all;
    }

    @Override
    public void calm() throws IOException {
        for (FaultProxy proxy : proxies) {
            proxy.resume();
        }
    }

    @Override
    public String happened() {
        return "";
    }

    @Override
    public boolean hasFailed() {
        return true;
    }

    @Override
    public void close() {
        proxies.forEach(FaultProxy::close);
        redis.close();
    }
}
