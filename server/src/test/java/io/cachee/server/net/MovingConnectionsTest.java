package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection may change its event loop at any time, and its client must not notice. */
final class MovingConnectionsTest {
    private static final int CLIENTS = 6;
    private static final int CALLS = 5_000;
    private static final int BATCH = 5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void noReplyIsLostOrOutOfOrderWhileConnectionsMove(Polling transport) throws Exception {
        try (NetSidecar sidecar =
                        NetSidecar.with(transport).socket(folder.resolve("s")).start();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean over = new AtomicBoolean();
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                clients.add(threads.submit(() -> count(sidecar, number)));
            }
            Map<SocketConnection, LoopContext> last = new HashMap<>();
            AtomicLong moved = new AtomicLong();
            Future<?> mover = threads.submit(() -> {
                while (!over.get()) {
                    moved.addAndGet(moveAll(sidecar, last));
                    Thread.onSpinWait();
                }
            });
            for (Future<?> client : clients) {
                client.get();
            }
            over.set(true);
            mover.get();
            assertThat(moved.get()).isGreaterThan(CLIENTS);
        }
    }

    /** Has all connections move on; how many have moved since it was called last. */
    private static int moveAll(NetSidecar sidecar, Map<SocketConnection, LoopContext> last) {
        int moved = 0;
        List<LoopContext> loops = sidecar.server.loops().contexts();
        for (SocketConnection connection : sidecar.server.connections().all()) {
            LoopContext now = connection.loop();
            LoopContext before = last.put(connection, now);
            moved += before != null && before != now ? 1 : 0;
            connection.moveTo(now == loops.get(0) ? loops.get(1) : loops.get(0));
        }
        return moved;
    }

    private Void count(NetSidecar sidecar, int number) throws Exception {
        try (RespClient client =
                number % 2 == 0 ? RespClient.connect(sidecar.server.port()) : RespClient.connect(folder.resolve("s"))) {
            for (int i = 0; i < CALLS; i += BATCH) {
                for (int j = 0; j < BATCH; j++) {
                    client.send("INCR", "counter:" + number);
                }
                for (int j = 1; j <= BATCH; j++) {
                    assertThat(client.reply().number()).isEqualTo(i + j);
                }
            }
        }
        return null;
    }

    @ParameterizedTest
    @EnumSource
    void messagesFindAConnectionThatMoves(Polling transport) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with(transport).start();
                RespClient subscriber = RespClient.connect(sidecar.server.port());
                RespClient publisher = RespClient.connect(sidecar.server.port())) {
            subscriber.call("SUBSCRIBE", "news");
            for (int i = 0; i < CALLS; i++) {
                moveAll(sidecar, new HashMap<>());
                assertThat(publisher.call("PUBLISH", "news", String.valueOf(i)).number())
                        .isEqualTo(1);
            }
            for (int i = 0; i < CALLS; i++) {
                assertThat(subscriber.message().items().getLast().string()).isEqualTo(String.valueOf(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void helperGetsAFewConnectionsAndGivesThemBack(Polling transport) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with(transport).start()) {
            List<RespClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(RespClient.connect(sidecar.server.port()));
                clients.getLast().call("PING");
            }
            EventLoops loops = sidecar.server.loops();
            for (int i = 0; i < 100 && !loops.plan().hasHelper(); i++) {
                loops.plan().after(new LoopPlan.Sample(1, 0, 0.3, 1_000));
            }
            arrange(sidecar, 18, 2);
            for (int i = 0; i < 100 && loops.plan().hasHelper(); i++) {
                loops.plan().after(new LoopPlan.Sample(0.1, 0, 1, 1_000));
            }
            arrange(sidecar, 20, 0);
            for (RespClient client : clients) {
                assertThat(client.call("PING").string()).isEqualTo("PONG");
                client.close();
            }
        }
    }

    private static void arrange(NetSidecar sidecar, long... expected) throws Exception {
        Await.until("connections have moved", () -> {
            sidecar.server.loops().rearrange(sidecar.server.connections().all());
            for (int i = 0; i < expected.length; i++) {
                LoopContext loop = sidecar.server.loops().contexts().get(i);
                long there = sidecar.server.connections().all().stream()
                        .filter(connection -> connection.loop() == loop)
                        .count();
                if (there != expected[i]) {
                    return false;
                }
            }
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    void connectionThatBreaksWhileItMovesIsGone(Polling transport) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with(transport).start()) {
            for (int i = 0; i < 50; i++) {
                try (RespClient client = RespClient.connect(sidecar.server.port())) {
                    client.call("PING");
                    moveAll(sidecar, new HashMap<>());
                }
            }
            Await.until("all clients have left", () -> sidecar.server.clients() == 0);
        }
    }
}
