package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerMemoryTest {
    private static final String V2 = "sys/fs/cgroup/memory.max";
    private static final String V1 = "sys/fs/cgroup/memory/memory.limit_in_bytes";
    private static final String MACHINE = "proc/meminfo";

    @TempDir
    private Path root = Path.of("");

    private void write(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent() == null ? root : file.getParent());
        Files.writeString(file, content);
    }

    private ContainerMemory memory() {
        return new ContainerMemory(root);
    }

    @Test
    void readsTheLimitOfVersion2() throws IOException {
        write(V2, "1000000\n");
        write(MACHINE, "MemTotal:       16000 kB\nMemFree:  1 kB\n");
        assertThat(memory().limitBytes()).isEqualTo(1_000_000);
        assertThat(memory().availableBytes()).isEqualTo(1_000_000);
        assertThat(MemorySize.parse("60%", memory())).isEqualTo(600_000);
    }

    @Test
    void readsTheLimitOfVersion1() throws IOException {
        write(V1, "2000000\n");
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(memory().availableBytes()).isEqualTo(2_000_000);
    }

    @Test
    void takesTheMachinesMemoryWithoutALimit() throws IOException {
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(memory().limitBytes()).isZero();
        assertThat(memory().availableBytes()).isEqualTo(16_000L << 10);
        write(V2, "max\n");
        assertThat(memory().availableBytes()).isEqualTo(16_000L << 10);
        write(V1, "9223372036854771712\n");
        assertThat(memory().limitBytes()).isZero();
        assertThat(memory().availableBytes()).isEqualTo(16_000L << 10);
    }

    @Test
    void takesTheMachinesMemoryWhenTheLimitIsMore() throws IOException {
        write(V2, "99999999999\n");
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(memory().availableBytes()).isEqualTo(16_000L << 10);
    }

    @Test
    void takesTheLimitWhereTheMachineSaysNothing() throws IOException {
        write(V2, "1000000");
        assertThat(memory().availableBytes()).isEqualTo(1_000_000);
        write(V2, "nonsense");
        assertThat(memory().availableBytes()).isZero();
    }

    @Test
    void refusesSharesOfNothingAndSharesThatAreNone() throws IOException {
        assertThatThrownBy(() -> MemorySize.parse("60%", memory())).hasMessageContaining("give a size");
        write(V2, "1000000");
        for (String wrong : new String[] {"0%", "101%", "999%"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong, memory())).hasMessageContaining("1% to 100%");
        }
        for (String wrong : new String[] {"%", "-5%", "1.5%", "60 %"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong, memory())).hasMessageContaining("is no size");
        }
        assertThat(MemorySize.parse("5mb", memory())).isEqualTo(5L << 20);
    }
}
