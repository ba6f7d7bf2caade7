package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers that are killed and stopped while others read.
 *
 * <p>The long run, {@code bench/run kills COUNT [SECONDS]}: so many kills, and a stop of so many seconds.
 */
final class StoreProcessTest {
    private static final int KILLS = Integer.getInteger("cachee.kills", 8);
    private static final int STOP_SECONDS = Integer.getInteger("cachee.stopSeconds", 1);
    private static final long SEED = Long.getLong("cachee.seed", new SplittableRandom().nextLong());
    private static final int READERS = 2;
    private static final int MOST_HITS_PER_LIFE = 40_000;
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aWriterKilledAtAnyMomentNeverMakesAReaderReturnATornOrForeignValue() throws Exception {
        System.out.println("StoreProcessTest seed " + SEED + ", " + KILLS + " kills");
        SplittableRandom random = new SplittableRandom(SEED);
        Path path = folder.resolve("store");
        AtomicBoolean done = new AtomicBoolean();
        CheckedReads reads = new CheckedReads();
        ChildProcess writer = startWriter(path, random);
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options());
                ChildProcess other = ChildProcess.start("read", path)) {
            assertThat(other.line()).isEqualTo("ready");
            List<Thread> threads = startReaders(reads, reader, done);
            for (int kill = 1; kill <= KILLS; kill++) {
                long enough = reads.hits.get() + random.nextInt(1, MOST_HITS_PER_LIFE);
                Await.until("there are hits", () -> reads.hits.get() >= enough || reads.faults() > 0);
                assertThat(writer.isAlive()).isTrue();
                writer.kill();
                Await.until("the reader has let go", () -> !reader.isAttached());
                assertThat(reader.get(StoreLoad.key(1))).isNull();
                writer = startWriter(path, random);
                long expected = kill + 1L;
                Await.until("the reader is attached again", () -> reader.attachments() >= expected);
            }
            done.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            List<String> summary = other.finish();
            System.out.println("StoreProcessTest threads: kills " + KILLS + " " + reads.summary(reader));
            System.out.println("StoreProcessTest process: kills " + KILLS + " " + String.join(" | ", summary));
            assertThat(reads.faults()).isZero();
            assertThat(summary.getLast())
                    .contains(" torn 0 foreign 0 expired 0 thrown 0 ")
                    .doesNotContain(" hits 0 ");
            assertThat(other.exitValue()).isZero();
        } finally {
            done.set(true);
            writer.close();
        }
    }

    private static List<Thread> startReaders(CheckedReads reads, StoreReader reader, AtomicBoolean done) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().daemon().start(() -> reads.run(reader, SEED + number, done)));
        }
        return threads;
    }

    private static ChildProcess startWriter(Path path, SplittableRandom random) throws Exception {
        ChildProcess writer = ChildProcess.start("write", path, MIB << random.nextInt(3), random.nextLong());
        assertThat(writer.line()).isEqualTo("ready");
        return writer;
    }

    @Test
    void aStoppedWriterIsLeftInTimeAndNothingOutlivesItsTimeMeanwhile() throws Exception {
        Path path = folder.resolve("store");
        long ttlMillis = 100;
        Duration staleAfter = Duration.ofMillis(600);
        try (ChildProcess writer = ChildProcess.start("hold", path, ttlMillis)) {
            assertThat(writer.line()).isEqualTo("ready");
            try (StoreReader reader =
                    StoreReader.attach(path, CheckedReads.options().withStaleAfter(staleAfter))) {
                byte[] forever = TestEntries.bytes("forever");
                byte[] mortal = TestEntries.bytes("mortal");
                writer.signal("STOP");
                long stopped = System.nanoTime();
                Await.until("the mortal entry is gone", () -> reader.get(mortal) == null);
                boolean servedOnItsOwnClock = reader.get(forever) != null;
                Await.until("the reader has let go", () -> !reader.isAttached());
                long detached = System.nanoTime() - stopped;
                Await.until(
                        "the stop has lasted",
                        () -> reader.get(forever) == null
                                && System.nanoTime() - stopped
                                        > Duration.ofSeconds(STOP_SECONDS).toNanos());
                assertThat(reader.attachments()).isEqualTo(1);
                writer.signal("CONT");
                Await.until("the reader is attached again", reader::isAttached);
                assertThat(reader.get(forever)).isEqualTo(TestEntries.bytes("here"));
                assertThat(reader.get(mortal)).isNull();
                assertThat(reader.attachments()).isEqualTo(2);
                System.out.println("StoreProcessTest stopped for " + STOP_SECONDS + " s: detached after "
                        + detached / 1_000_000 + " ms, the other entry was served when the mortal one had gone: "
                        + servedOnItsOwnClock);
            }
            assertThat(writer.finish()).isEmpty();
            assertThat(writer.exitValue()).isZero();
        }
    }
}
