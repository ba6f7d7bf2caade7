package io.cachee.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short form of {@code bench/sidecar memory}, without the distribution, which needs 60 MB less. */
final class MemoryProofTest {
    private static final long MB = 1 << 20;
    private static final long STORE_BYTES = 64 * MB;
    private static final long LIMIT_BYTES = STORE_BYTES + (64 + 60) * MB;
    private static final int SECONDS = 2;

    private static final Map<String, MemoryLoads.Kind> LOADS = MemoryLoads.all(STORE_BYTES);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20 clients, 100 kB, pipelined",
                "replies of 100 kB unread",
                "half requests",
                "messages to sleepers",
                "tracking of absent keys of 60 kB",
                "channel names of 30 kB",
                "transactions never run",
                "slow log of everything",
                "users with long rules"
            })
    void theKernelNeverKillsTheSidecar(String load) throws Exception {
        assumeTrue(MemoryGroup.isAvailable(), "no control group of this machine's may be written; nothing is tried");
        Path options = Path.of("..", "server", "jvm.options");
        List<String> cachee = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + options,
                "-cp",
                System.getProperty("java.class.path"),
                "io.cachee.server.cli.Cachee");
        MemoryLoads.Kind kind = Objects.requireNonNull(LOADS.get(load));
        assertThat(new MemoryProof(cachee, STORE_BYTES, LIMIT_BYTES, SECONDS).run(load, kind))
                .isTrue();
    }
}
