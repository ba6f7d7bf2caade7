package io.cachee.bench;

import io.cachee.testkit.HashSlot;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** A client of a cluster that goes where its nodes send it, and remembers where slots are. */
final class ClusterClient implements DirectClient {
    private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(5);
    private static final int REDIRECTS_MAX = 16;

    /** The port of a node that runs. */
    private final IntSupplier anyPort;

    private final Map<Integer, Integer> portOfSlot = new HashMap<>();
    private final Map<Integer, RespClient> open = new HashMap<>();

    ClusterClient(IntSupplier anyPort) {
        this.anyPort = anyPort;
    }

    @Override
    public RespValue call(String key, Object... command) throws IOException {
        int slot = HashSlot.of(key);
        int port = portOfSlot.computeIfAbsent(slot, unknown -> anyPort.getAsInt());
        boolean isAsking = false;
        for (int i = 0; ; i++) {
            RespValue reply = call(port, isAsking, command);
            List<String> words = List.of(reply.toString().split(" ", -1));
            boolean hasMoved = words.getFirst().equals("-MOVED");
            isAsking = words.getFirst().equals("-ASK");
            if (i == REDIRECTS_MAX || (!hasMoved && !isAsking)) {
                return reply;
            }
            String address = words.getLast();
            port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            if (hasMoved) {
                portOfSlot.put(slot, port);
            }
        }
    }

    private RespValue call(int port, boolean isAsking, Object... command) throws IOException {
        try {
            RespClient client = open.get(port);
            if (client == null) {
                client = RespClient.connect(port, TIMEOUT_MILLIS);
                open.put(port, client);
            }
            if (isAsking) {
                client.call("ASKING");
            }
            return client.call(command);
        } catch (IOException broken) {
            hangUp();
            throw broken;
        }
    }

    @Override
    public void hangUp() {
        List<RespClient> all = List.copyOf(open.values());
        open.clear();
        portOfSlot.clear();
        for (RespClient client : all) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
