package io.cachee.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.RealRedis;
import io.cachee.server.TestSidecar;
import io.cachee.testkit.RespClient;
import org.junit.jupiter.api.Test;

class TopViewTest {
    @Test
    void printsWhatASidecarIsDoing() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("SET", "hot\u001b[2Jkey", "value");
            for (int i = 0; i < 1_000; i++) {
                client.call("GET", "hot\u001b[2Jkey");
            }
            String target = "127.0.0.1:" + sidecar.port();
            CommandLineRun run = CommandLineRun.of("top", "--target", target, "--interval", "0.1", "--count", "2");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.out())
                    .contains("cachee top  " + target, "of 16.0 MiB", "100.0 % since the start")
                    .contains("commands/s", "MB/s in")
                    .contains("most reads", "hot?[2Jkey", "us  p50=")
                    .doesNotContain("\u001b");
            assertThat(run.out().split("cachee top", -1)).hasSize(3);
        }
    }

    @Test
    void printsWhatARedisIsDoing() throws Exception {
        RealRedis redis = RealRedis.shared();
        if (redis == null) {
            return;
        }
        String target = "127.0.0.1:" + redis.port();
        CommandLineRun run = CommandLineRun.of("top", "--target", target, "--interval", "0.1", "--count", "1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("cachee top  " + target, "of no limit", "commands/s");
    }

    @Test
    void refusesIntervalsThatAreNone() {
        for (String wrong : new String[] {"0", "-1", "NaN", "1e9", "x"}) {
            assertThat(CommandLineRun.of("top", "--interval", wrong).exitCode()).isEqualTo(2);
        }
        assertThat(CommandLineRun.of("top", "--count", "-1").exitCode()).isEqualTo(2);
    }
}
