package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar with as little heap as it has in production, and requests and replies of L2 that are larger. */
final class LittleHeapTest {
    private static final int KEYS = 100;
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void repliesLargerThanTheHeapPassThrough() throws Exception {
        try (RedisServerProcess redis = RedisServerProcess.start();
                RespClient direct = redis.connect();
                SidecarProcess sidecar =
                        // A server that allocates 150 MB may be silent for a while.
                        SidecarProcess.start(
                                folder,
                                "--l2=redis://127.0.0.1:" + redis.port(),
                                "--max-memory=256mb",
                                "--l2-silence=30000");
                RespClient client = RespClient.connect(sidecar.port())) {
            Object[] many = new Object[KEYS + 1];
            many[0] = "MGET";
            for (int i = 0; i < KEYS; i++) {
                many[i + 1] = "k" + i;
                direct.call(
                        "SET", "k" + i, String.valueOf((char) ('a' + i % 26)).repeat(MEGABYTE));
            }
            for (int round = 0; round < 3; round++) {
                RespValue all = client.call(many);
                for (int i = 0; i < KEYS; i++) {
                    assertThat(all.item(i).string()).hasSize(MEGABYTE).startsWith(String.valueOf((char)
                            ('a' + i % 26)));
                }
                for (int i = 0; i < KEYS; i++) {
                    assertThat(client.call("GET", "k" + i).string()).hasSize(MEGABYTE);
                }
            }
            direct.call("SETRANGE", "huge", 150 * MEGABYTE, "end");
            assertThat(client.call("GET", "huge").string())
                    .hasSize(150 * MEGABYTE + 3)
                    .endsWith("end");
            assertThat(client.call("STRLEN", "huge").number()).isEqualTo(150 * MEGABYTE + 3);
        }
    }

    @Test
    void manyLargeRequestsAtOnceCostClientsAndNotTheProcess() throws Exception {
        String large = "x".repeat(12 * MEGABYTE);
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--max-memory=256mb");
                RespClient client = RespClient.connect(sidecar.port())) {
            AtomicInteger stored = new AtomicInteger();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 20; i++) {
                    int number = i;
                    threads.execute(() -> {
                        try (RespClient one = RespClient.connect(sidecar.port())) {
                            boolean isStored = one.call("SET", "large" + number, large)
                                    .toString()
                                    .equals("+OK");
                            stored.addAndGet(isStored ? 1 : 0);
                        } catch (IOException disconnected) {
                            // There was no room for this one.
                        }
                    });
                }
            }
            assertThat(stored.get()).isLessThan(20);
            assertThat(client.call("SET", "k", "v")).hasToString("+OK");
            storeWhenThereIsRoom(sidecar, "one", large);
            storeWhenThereIsRoom(sidecar, "other", large);
            assertThat(client.call("GET", "one").string()).hasSize(large.length());
            assertThat(client.call("TOUCH", "one", "other").number()).isEqualTo(2);
            assertThat(client.call("BITOP", "AND", "both", "one", "other").toString())
                    .startsWith("-ERR the values are too large for this command");
            assertThat(client.call("GET", "k")).hasToString("$v");
        }
    }

    /** Those who were disconnected give their room back when the sidecar sees them go, which may be after this. */
    private static void storeWhenThereIsRoom(SidecarProcess sidecar, String key, String value) throws Exception {
        Await.until("room for a large request", () -> {
            try (RespClient client = RespClient.connect(sidecar.port())) {
                return client.call("SET", key, value).toString().equals("+OK");
            } catch (IOException noRoomYet) {
                return false;
            }
        });
    }

    @Test
    void longTransactionsCostClientsAndNotTheProcess() throws Exception {
        byte[] request = RespClient.encode("SET", "k", "x".repeat(1_000));
        try (SidecarProcess sidecar = SidecarProcess.start(folder, "--max-memory=64mb");
                RespClient client = RespClient.connect(sidecar.port())) {
            client.call("SET", "other", "v");
            int disconnected = 0;
            List<RespClient> greedy = new ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    RespClient one = RespClient.connect(sidecar.port());
                    greedy.add(one);
                    try {
                        one.call("MULTI");
                        for (int j = 0; j < 20_000; j++) {
                            one.sendRaw(request);
                            if (j % 100 == 99) {
                                for (int k = 0; k < 100; k++) {
                                    one.reply();
                                }
                            }
                        }
                    } catch (IOException noRoom) {
                        disconnected++;
                    }
                }
            } finally {
                for (RespClient one : greedy) {
                    one.close();
                }
            }
            assertThat(disconnected).isPositive();
            assertThat(client.call("GET", "other")).hasToString("$v");
            assertThat(client.call("WATCH", "other")).hasToString("+OK");
            client.call("MULTI");
            client.call("SET", "other", "new");
            assertThat(client.call("EXEC").items()).hasSize(1);
        }
    }
}
