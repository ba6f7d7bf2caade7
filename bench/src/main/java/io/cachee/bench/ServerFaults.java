package io.cachee.bench;

import io.cachee.testkit.RedisServerProcess;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Faults for the servers of an L2 that has replicas. */
final class ServerFaults {
    /** Long enough for a sidecar to give up its feed, and far too short for a failover. */
    private static final long SUSPENDED_MILLIS = 300;

    /** In this time several groups of keys have their turn, so that keys at rest are affected as well. */
    private static final long CUT_OFF_MILLIS = 450;

    private ServerFaults() {}

    /** Ends all connections of clients. */
    static void reset(RedisServerProcess server) throws IOException {
        server.call("CLIENT", "KILL", "TYPE", "normal");
    }

    static void suspend(RedisServerProcess server) throws IOException {
        server.pause();
        try {
            await(SUSPENDED_MILLIS);
        } finally {
            server.resume();
        }
    }

    /** Kills a primary that has acknowledged writes which its replicas have not received. */
    static void kill(RedisServerProcess primary, List<RedisServerProcess> replicas) throws IOException {
        for (RedisServerProcess replica : replicas) {
            replica.pause();
        }
        try {
            primary.call("CLIENT", "KILL", "TYPE", "replica");
            await(CUT_OFF_MILLIS);
            primary.stop();
        } finally {
            for (RedisServerProcess replica : replicas) {
                replica.resume();
            }
        }
    }

    private static void await(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
