package io.cachee.server;

import io.cachee.server.command.Instance;
import io.cachee.server.command.InstanceOptions;
import io.cachee.server.net.ListenOptions;
import io.cachee.server.net.RespServer;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cachee start}. */
@Command(name = "start", mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "6380")
    private int port;

    @Option(names = "--socket", defaultValue = "")
    private String socket = "";

    @Option(names = "--max-memory", defaultValue = "256mb", converter = ByteSize.class)
    private long maxMemory;

    @Option(names = "--io-threads", defaultValue = "2")
    private int loops;

    @Override
    public Integer call() throws Exception {
        try (Store store = Store.open(StoreOptions.maxMemory(maxMemory))) {
            InstanceOptions options =
                    new InstanceOptions(16, "127.0.0.1", port, socket, maxMemory, Eviction.CACHEE_LFU, true, "dev");
            Instance instance = new Instance(store, options, loops, (m, e) -> {
                System.err.println(m);
                if (e != null) {
                    e.printStackTrace();
                }
            });
            ListenOptions listen = new ListenOptions(
                    List.of("127.0.0.1"),
                    port,
                    socket,
                    PosixFilePermissions.fromString("rw-rw----"),
                    true,
                    loops,
                    0,
                    null,
                    null,
                    null);
            try (RespServer server = RespServer.open(instance, listen)) {
                System.out.println("ready " + server.port());
                new CountDownLatch(1).await();
            }
        }
        return 0;
    }
}
