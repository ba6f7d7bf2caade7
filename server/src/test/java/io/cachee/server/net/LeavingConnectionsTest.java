package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that have left do not stay in memory, however they left. */
final class LeavingConnectionsTest {
    private static final int CLIENTS = 200;
    /** An event loop keeps the one it has served last. */
    private static final int FEW = 8;

    private static final NetworkLimits PATIENT = NetSidecar.LIMITS
            .but()
            .strangerMillis(600_000)
            .lingerMillis(600_000)
            .build();

    @ParameterizedTest
    @EnumSource
    void thoseWhoBrokeTheProtocolOrLeftDoNotStay(Polling transport) throws Exception {
        long others = connectionsOnTheHeap();
        try (NetSidecar sidecar = NetSidecar.with(transport).limits(PATIENT).start()) {
            for (int i = 0; i < CLIENTS; i++) {
                try (RespClient client = RespClient.connect(sidecar.server.port())) {
                    switch (i % 4) {
                        case 0 -> {
                            client.sendRaw("*x\r\n");
                            assertThat(client.reply().toString()).startsWith("-ERR Protocol error");
                        }
                        case 1 -> assertThat(client.call("QUIT")).hasToString("+OK");
                        case 2 -> client.send("SET", "k", "v".repeat(100_000));
                        default -> client.sendRaw("*3\r\n$3");
                    }
                }
            }
            Await.until(
                    "all have left", () -> sidecar.server.connections().all().isEmpty());
            Await.until("little is kept of them", () -> connectionsOnTheHeap() <= others + FEW);
        }
    }

    /** After collecting garbage. */
    private static long connectionsOnTheHeap() throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .filter(line ->
                        line.matches(".* " + SocketConnection.class.getName().replace(".", "\\.") + "( .*)?"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(" *\\d+: +(\\d+) .*", "$1")))
                .sum();
    }
}
