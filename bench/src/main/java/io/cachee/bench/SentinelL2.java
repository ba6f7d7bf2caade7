package io.cachee.bench;

import io.cachee.testkit.FaultTimetable;
import io.cachee.testkit.RedisSentinels;
import io.cachee.testkit.RedisServerProcess;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A primary and two replicas under Sentinels. The primary is killed, so that a replica takes its place, and comes back
 * as a replica; it is suspended, and its connections are reset.
 */
final class SentinelL2 implements ProofL2 {
    private final RedisSentinels sentinels;
    private volatile RedisServerProcess primary;
    private int failovers;
    private @Nullable RedisServerProcess killed;

    SentinelL2() throws Exception {
        sentinels = RedisSentinels.start();
        primary = sentinels.primary();
    }

    @Override
    public String uri(int sidecar) {
        String hosts = sentinels.sentinels().stream()
                .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                .collect(Collectors.joining(","));
        return "redis-sentinel://" + hosts + "/0#" + RedisSentinels.NAME;
    }

    @Override
    public DirectClient direct() {
        return new PrimaryClient(() -> primary.port());
    }

    @Override
    public List<FaultTimetable> faults(long seed, ProofKeys keys) {
        FaultTimetable.Fault failover = new FaultTimetable.Fault("failover", () -> failover(keys), this::restart);
        FaultTimetable.Fault reset =
                new FaultTimetable.Fault("reset", () -> ServerFaults.reset(primary), this::awaitTheSame);
        FaultTimetable.Fault suspended =
                new FaultTimetable.Fault("suspended", () -> ServerFaults.suspend(primary), this::awaitTheSame);
        return List.of(new FaultTimetable(seed, List.of(failover, reset, suspended), SHORTEST, LONGEST));
    }

    private void failover(ProofKeys keys) throws Exception {
        keys.mayGoBack(any -> true);
        RedisServerProcess old = primary;
        ServerFaults.kill(
                old,
                sentinels.servers().stream().filter(server -> server != old).toList());
        killed = old;
        primary = sentinels.failover();
        failovers++;
        keys.settle(direct());
    }

    private void restart() throws Exception {
        RedisServerProcess old = killed;
        killed = null;
        if (old != null) {
            sentinels.restart(old);
        }
    }

    /** An unplanned failover would make the results worthless. */
    private void awaitTheSame() throws Exception {
        if (sentinels.primary() != primary) {
            throw new IllegalStateException("the sentinels put another server in the place of " + primary);
        }
    }

    @Override
    public void calm() {
        // Every fault has ended with all servers running.
    }

    @Override
    public String happened() {
        return failovers + " failovers";
    }

    @Override
    public boolean hasFailed() {
        return failovers > 0;
    }

    @Override
    public void close() {
        sentinels.close();
    }
}
