package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.store.FileCondition;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class FileWatchTest {
    private static final long SECOND = 1_000_000_000;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private FileCondition file = new FileCondition(FileCondition.Kind.IN_PLACE, "");
    private String socket = "";
    private long now = 5 * SECOND;
    private final FileWatch watch =
            new FileWatch(() -> file, () -> socket, new Log(new PrintStream(log, true, UTF_8)), () -> now);

    private void after(double seconds) {
        now += (long) (seconds * SECOND);
        watch.tick();
    }

    private String[] logged() {
        String text = log.toString(UTF_8);
        return text.lines().toArray(String[]::new);
    }

    @Test
    void saysNothingWhileAllIsWell() {
        for (int i = 0; i < 100; i++) {
            after(1);
        }
        assertThat(watch.notReady()).isEmpty();
        assertThat(watch.needsRestart()).isFalse();
        assertThat(logged()).isEmpty();
    }

    @Test
    void aSharedFileThatIsGoneIsNoticedInASecondAndNeedsARestartInTen() {
        file = new FileCondition(FileCondition.Kind.LOST, "/shm/x: the file was removed");
        after(0.5);
        assertThat(watch.notReady()).isEmpty();
        after(0.5);
        assertThat(watch.notReady()).isEqualTo("/shm/x: the file was removed");
        after(9.5);
        assertThat(watch.needsRestart()).isFalse();
        after(1);
        assertThat(watch.needsRestart()).isTrue();
        assertThat(logged()).singleElement().asString().contains("WARN", "/shm/x: the file was removed; not ready");
    }

    @Test
    void aSharedFileThatIsBackIsReadyAgain() {
        file = new FileCondition(FileCondition.Kind.LOST, "/shm/x: the file was removed");
        after(1);
        file = new FileCondition(FileCondition.Kind.IN_PLACE, "");
        after(11);
        assertThat(watch.notReady()).isEmpty();
        assertThat(watch.needsRestart()).isFalse();
        assertThat(logged()).hasSize(2);
    }

    @Test
    void whereARestartWouldBeRefusedThereIsNone() {
        file = new FileCondition(FileCondition.Kind.BLOCKED, "/shm/x: what is there now is not a regular file");
        after(1);
        after(1_000);
        assertThat(watch.notReady()).contains("not a regular file");
        assertThat(watch.needsRestart()).isFalse();
        assertThat(logged()).hasSize(1);
    }

    @Test
    void theFileOfHitsIsNoReasonToBeUnready() {
        file = new FileCondition(FileCondition.Kind.HITS_RESTORED, "/shm/x.hits was gone and was made anew");
        after(1);
        assertThat(watch.notReady()).isEmpty();
        assertThat(logged()).singleElement().asString().doesNotContain("not ready");
    }

    @Test
    void aSocketThatCannotBeMadeAnewIsAReason() {
        socket = "the Unix socket is gone and cannot be made anew: another process listens there";
        after(1);
        after(1);
        assertThat(watch.notReady()).isEqualTo(socket);
        assertThat(logged()).hasSize(1);
        socket = "";
        after(1);
        assertThat(watch.notReady()).isEmpty();
    }
}
