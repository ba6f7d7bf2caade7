package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writers that are stopped while others read. {@code -Dcachee.stopSeconds} makes the stop longer. */
final class StoreProcessTest {
    private static final int STOP_SECONDS = Integer.getInteger("cachee.stopSeconds", 1);

    @TempDir
    private Path folder = Path.of("");

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
