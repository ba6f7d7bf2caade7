package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.load.LoadGenerator;
import io.cachee.server.load.LoadPlan;
import io.cachee.server.load.LoadResult;
import io.cachee.server.load.TargetServer;
import io.cachee.testkit.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LoadGeneratorTest {
    private static final LoadPlan PLAN = LoadPlan.builder()
            .clients(5)
            .pipeline(4)
            .readPercent(80)
            .keys(1_000)
            .skew(0.8)
            .seconds(0.2)
            .warmUpSeconds(0.1)
            .build();

    @ParameterizedTest
    @EnumSource
    void leavesNoConnectionBehind(Polling transport) throws Exception {
        try (NetSidecar sidecar = NetSidecar.with(transport).start()) {
            LoadResult result = new LoadGenerator(PLAN).run(TargetServer.parse("127.0.0.1:" + sidecar.port(), ""));
            assertThat(result.requests()).isPositive();
            assertThat(result.broken()).isZero();
            Await.until("all clients have left", () -> sidecar.server.clients() == 0);
        }
    }
}
