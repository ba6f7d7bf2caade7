package io.cachee.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.store.Eviction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policies that the store is compared with, on sequences whose outcome is known. */
class PeersTest {
    @TempDir
    private Path directory = Path.of("");

    private Trace trace(String name, String lines) throws IOException {
        return Trace.read(Files.writeString(directory.resolve(name), lines));
    }

    private Trace requests(int... keys) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int key : keys) {
            lines.append(key).append('\n');
        }
        return trace("t" + lines.toString().hashCode() + ".trace", lines.toString());
    }

    private static long hits(Peer peer, Trace trace) {
        long hits = 0;
        for (int number : trace.requests()) {
            hits += peer.request(number) ? 1 : 0;
        }
        return hits;
    }

    private static Budget entries(Trace trace, long count) {
        return Budget.entries(Workload.uniform(trace, 100), count);
    }

    @Test
    void lruKeepsWhatWasUsedLast() throws IOException {
        Trace trace = requests(1, 2, 1, 3, 1, 2);
        assertThat(hits(new Lru(entries(trace, 2)), trace)).isEqualTo(2);
    }

    @Test
    void sieveKeepsWhatWasUsedAtAll() throws IOException {
        Trace trace = requests(1, 2, 1, 3, 1);
        assertThat(hits(new Sieve(entries(trace, 2)), trace)).isEqualTo(2);
    }

    @Test
    void optIsAsGoodAsTryingEveryChoice() throws IOException {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int[] keys = random.ints(12, 0, 5).toArray();
            Trace trace = requests(keys);
            assertThat(hits(new Opt(entries(trace, 2)), trace))
                    .as("%s", java.util.Arrays.toString(keys))
                    .isEqualTo(best(trace.requests(), 0, List.of(), 2));
        }
    }

    /** The most hits that any sequence of evictions can have, when what was asked for must be kept at first. */
    private static long best(int[] requests, int position, List<Integer> held, int room) {
        if (position == requests.length) {
            return 0;
        }
        Integer wanted = requests[position];
        if (held.contains(wanted)) {
            return 1 + best(requests, position + 1, held, room);
        }
        List<Integer> more = new java.util.ArrayList<>(held);
        more.add(wanted);
        if (more.size() <= room) {
            return best(requests, position + 1, more, room);
        }
        long most = 0;
        for (Integer victim : held) {
            List<Integer> left =
                    more.stream().filter(key -> !key.equals(victim)).toList();
            most = Math.max(most, best(requests, position + 1, left, room));
        }
        return most;
    }

    @Test
    void readsPlainAndCompressedTraces() throws IOException {
        Trace plain = trace("sized.trace", "7,100\n9,250\n7,100\n");
        assertThat(plain.length()).isEqualTo(3);
        assertThat(plain.uniqueKeys()).isEqualTo(2);
        assertThat(plain.hasSizes()).isTrue();
        assertThat(plain.name()).isEqualTo("sized");
        Path compressed = directory.resolve("plain.trace.gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write("1\n2\n1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        assertThat(Trace.read(compressed).requests()).containsExactly(0, 1, 0);
    }

    @Test
    void namesTheLineThatIsNoRequest() {
        assertThatThrownBy(() -> trace("bad.trace", "1\n2\nthree\n"))
                .isInstanceOf(TraceFormatException.class)
                .hasMessageContaining("bad.trace")
                .hasMessageContaining("3");
    }

    /** The figures that the traces' own description gives, reproduced where the traces are at hand. */
    @Test
    void reproducesPublishedFigures() throws IOException {
        Path folder = Path.of("..", "..", "shared", "traces");
        if (!Files.isDirectory(folder)) {
            System.out.println("PeersTest: no traces at " + folder + ", checking a synthetic loop alone");
            Trace loop = requests(
                    java.util.stream.IntStream.range(0, 1_000).map(i -> i % 20).toArray());
            assertThat(hits(new Lru(entries(loop, 10)), loop)).isZero();
            return;
        }
        Trace web = Trace.read(folder.resolve("web07.trace.gz"));
        Comparison comparison =
                Comparison.run(new Setup(web, Eviction.CACHEE_LFU, new Setup.Entries(1024), Setup.AS_TRACED));
        assertThat(comparison.of("LRU").hitPercent()).isBetween(50.46, 50.66);
        assertThat(comparison.of("S3-FIFO").hitPercent()).isBetween(54.12, 54.32);
        assertThat(comparison.of("SIEVE").hitPercent()).isBetween(53.34, 53.54);
        assertThat(comparison.of("OPT").hitPercent()).isBetween(63.62, 63.82);
        assertThat(comparison.cachee().hitPercent()).as("the store's own").isGreaterThan(53);
        assertThat(comparison.heldEntries()).isBetween(1_010.0, 1_035.0);
    }
}
