package io.cachee.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports that nobody listens to. They lie below those that systems give to outgoing connections, so that a server that
 * was stopped finds its port again; and the port that a node of a cluster uses besides, 10000 higher, is free as well.
 */
final class FreePorts {
    private static final int LEAST = 10_000;
    private static final int MOST = 22_000;
    private static final int BUS_OFFSET = 10_000;
    private static final int TRIES_MAX = 1_000;

    private static final Random RANDOM = new Random();
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {}

    /** A free port that was not returned before. */
    static synchronized int next() throws IOException {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = RANDOM.nextInt(LEAST, MOST);
            if (!GIVEN.contains(port) && isFree(port) && isFree(port + BUS_OFFSET)) {
                GIVEN.add(port);
                return port;
            }
        }
        throw new IOException("no free port in " + TRIES_MAX + " tries between " + LEAST + " and " + MOST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket tried = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return tried.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
