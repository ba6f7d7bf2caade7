package io.cachee.testkit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Processes that must end with this JVM, whatever happens to the test. */
final class LeftoverProcesses {
    private static final Set<RedisServerProcess> OPEN = new LinkedHashSet<>();
    private static boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(LeftoverProcesses::closeAll, "testkit-leftovers"));
    }

    private LeftoverProcesses() {}

    /** Registers a process. Call this before the process exists, so that it cannot be missed. */
    static synchronized void add(RedisServerProcess server) {
        if (ending) {
            throw new IllegalStateException("nothing is started while the JVM ends");
        }
        OPEN.add(server);
    }

    static synchronized void remove(RedisServerProcess server) {
        OPEN.remove(server);
    }

    private static void closeAll() {
        List<RedisServerProcess> all;
        synchronized (LeftoverProcesses.class) {
            ending = true;
            all = new ArrayList<>(OPEN);
        }
        all.forEach(RedisServerProcess::close);
    }
}
