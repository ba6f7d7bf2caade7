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
    void sieveLeavesItsHandWhereItEvicted() throws IOException {
        // 4 finds 1 used and drops 2; 5 goes on from there and drops 3, though 1 is older and no longer marked.
        Trace trace = requests(1, 2, 3, 1, 4, 5, 1, 3);
        assertThat(hits(new Sieve(entries(trace, 3)), trace)).isEqualTo(2);
    }

    @Test
    void s3FifoPromotesWhatWasUsedTwiceAndRemembersTheRest() throws IOException {
        // 1 is used twice and goes to main; 2 is dropped from the small queue, comes back from the ghost to main,
        // and outlives the stream of keys that are asked for once.
        Trace trace = requests(1, 1, 1, 2, 3, 4, 2, 5, 6, 7, 8, 9, 1, 2);
        assertThat(hits(new S3Fifo(entries(trace, 3)), trace)).isEqualTo(4);
        assertThat(hits(new Lru(entries(trace, 3)), trace)).isEqualTo(3);
    }

    @Test
    void noPeerHoldsMoreBytesThanItMay() throws IOException {
        // Two objects of 92 bytes and one of 192, keys included 100 and 200: room for 200.
        Trace trace = trace("sizes.trace", "1,92\n2,92\n1,92\n2,92\n3,192\n3,192\n1,92\n4,193\n4,193\n");
        Budget budget = Budget.bytes(Workload.sized(trace), 200);
        assertThat(hits(new Lru(budget), trace)).isEqualTo(3);
        assertThat(hits(new Sieve(budget), trace)).isEqualTo(3);
        assertThat(hits(new Opt(budget), trace)).isEqualTo(3);
        assertThat(hits(new CaffeinePeer(budget), trace)).isBetween(2L, 3L);
        assertThat(hits(new S3Fifo(budget), trace)).isBetween(2L, 3L);
    }

    @Test
    void caffeineIsAskedForEveryRequest() throws IOException {
        Trace trace = requests(1, 2, 1, 2, 1, 2);
        assertThat(hits(new CaffeinePeer(entries(trace, 2)), trace)).isEqualTo(4);
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
        Trace loop = Trace.read(folder.resolve("loop.trace.gz"));
        assertThat(TraceSet.entries(loop, TraceSet.SHARES_PERCENT)).containsExactly(50L, 202L);
        assertThat(Score.of("OPT", Workload.uniform(loop, 1), new Opt(entries(loop, 50)))
                        .hitPercent())
                .isBetween(4.75, 4.95);
        Trace multi = Trace.read(folder.resolve("multi3.trace.gz"));
        assertThat(TraceSet.entries(multi, TraceSet.SHARES_PERCENT)).containsExactly(74L, 372L, 1490L);
        assertThat(Score.of("S3-FIFO", Workload.uniform(multi, 1), new S3Fifo(entries(multi, 74)))
                        .hitPercent())
                .isBetween(14.71, 14.91);
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
