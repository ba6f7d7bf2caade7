package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
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

    private Container container() {
        return new Container(root);
    }

    @Test
    void readsTheLimitOfVersion2() throws IOException {
        write(V2, "1000000\n");
        write(MACHINE, "MemTotal:       16000 kB\nMemFree:  1 kB\n");
        assertThat(container().memoryLimit()).isEqualTo(1_000_000);
        assertThat(container().availableMemory()).isEqualTo(1_000_000);
        assertThat(MemorySize.parse("60%", container())).isEqualTo(600_000);
    }

    @Test
    void readsTheLimitOfVersion1() throws IOException {
        write(V1, "2000000\n");
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(container().availableMemory()).isEqualTo(2_000_000);
    }

    @Test
    void takesTheMachinesMemoryWithoutALimit() throws IOException {
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(container().memoryLimit()).isZero();
        assertThat(container().availableMemory()).isEqualTo(16_000L << 10);
        write(V2, "max\n");
        assertThat(container().availableMemory()).isEqualTo(16_000L << 10);
        write(V1, "9223372036854771712\n");
        assertThat(container().memoryLimit()).isZero();
        assertThat(container().availableMemory()).isEqualTo(16_000L << 10);
    }

    @Test
    void takesTheMachinesMemoryWhenTheLimitIsMore() throws IOException {
        write(V2, "99999999999\n");
        write(MACHINE, "MemTotal:       16000 kB\n");
        assertThat(container().availableMemory()).isEqualTo(16_000L << 10);
    }

    @Test
    void takesTheLimitWhereTheMachineSaysNothing() throws IOException {
        write(V2, "1000000");
        assertThat(container().availableMemory()).isEqualTo(1_000_000);
        write(V2, "nonsense");
        assertThat(container().availableMemory()).isZero();
    }

    @Test
    void refusesSharesOfNothingAndSharesThatAreNone() throws IOException {
        assertThatThrownBy(() -> MemorySize.parse("60%", container())).hasMessageContaining("give a size");
        write(V2, "1000000");
        for (String wrong : new String[] {"0%", "101%", "999%"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong, container())).hasMessageContaining("1% to 100%");
        }
        for (String wrong : new String[] {"%", "-5%", "1.5%", "60 %"}) {
            assertThatThrownBy(() -> MemorySize.parse(wrong, container())).hasMessageContaining("is no size");
        }
        assertThat(MemorySize.parse("5mb", container())).isEqualTo(5L << 20);
    }

    @Test
    void knowsWhetherCpuTimeIsLimited() throws IOException {
        assertThat(container().hasCpuLimit()).isFalse();
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        assertThat(container().hasCpuLimit()).isFalse();
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "60000\n");
        assertThat(container().hasCpuLimit()).isTrue();
        write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
        write("sys/fs/cgroup/cpu.max", "max 100000\n");
        assertThat(container().hasCpuLimit()).isFalse();
        write("sys/fs/cgroup/cpu.max", "50000 100000\n");
        assertThat(container().hasCpuLimit()).isTrue();
    }
}
