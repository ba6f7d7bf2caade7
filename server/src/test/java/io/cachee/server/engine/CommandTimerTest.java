package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.Request;
import io.cachee.server.metrics.DurationClasses;
import io.cachee.store.StoreFileException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CommandTimerTest {
    private static final long REGION_BYTES = 4 << 20;
    private static final long BRIEF_NANOS = 300;
    private static final long HELD_UP_NANOS = 20_000_000;
    private static final int SHORT_REPLY = 100;
    private static final int LONG_REPLY = 5_000;

    private final LoopStats stats = new LoopStats(300);
    private long now = 1;
    private int looks;

    @SuppressWarnings("NullAway.Init")
    private BareEngine bare;

    @SuppressWarnings("NullAway.Init")
    private CommandTimer timer;

    @BeforeEach
    void open() throws StoreFileException {
        bare = new BareEngine(REGION_BYTES);
        timer = new CommandTimer(bare.shared, stats, () -> {
            looks++;
            return now;
        });
    }

    @AfterEach
    void close() {
        bare.close();
    }

    private Command command(String name) {
        return Objects.requireNonNull(bare.shared.table.named(name));
    }

    private void run(long nanos, long replyBytes, String... words) {
        run(nanos, replyBytes, true, words);
    }

    private void run(long nanos, long replyBytes, boolean moreFollow, String... words) {
        Command command = command(words[0]);
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(UTF_8);
        }
        timer.before(command, bare.session);
        now += nanos;
        timer.after(command, bare.session, Request.of(arguments), replyBytes, moreFollow);
    }

    private void get(String key) {
        run(BRIEF_NANOS, SHORT_REPLY, "get", key);
    }

    private long calls(String name) {
        return stats.calls(command(name).number);
    }

    private long nanos(String name) {
        return stats.nanos(command(name).number);
    }

    private List<List<String>> slow() {
        return bare.shared.slowLog.latest(Integer.MAX_VALUE).stream()
                .map(entry -> entry.arguments().stream()
                        .map(argument -> new String(argument, UTF_8))
                        .toList())
                .toList();
    }

    @Test
    void briefCommandsOfOneNameAreTimedTogether() {
        timer.begin();
        for (int i = 0; i < 10; i++) {
            get("k");
        }
        assertThat(calls("get")).isZero();
        timer.end(bare.session);

        assertThat(looks).isEqualTo(2);
        assertThat(calls("get")).isEqualTo(10);
        assertThat(nanos("get")).isEqualTo(10 * BRIEF_NANOS);
        assertThat(stats.durations(command("get").number, DurationClasses.of(BRIEF_NANOS)))
                .isEqualTo(10);
        assertThat(stats.commands()).isEqualTo(10);
    }

    @Test
    void theTimeIsTakenNowAndThenHoweverManyThereAre() {
        timer.begin();
        for (int i = 0; i < 1_000; i++) {
            get("k");
        }
        assertThat(calls("get")).isGreaterThan(900);
        timer.end(bare.session);
        assertThat(calls("get")).isEqualTo(1_000);
    }

    @Test
    void anotherCommandFindsAllThatCameBefore() {
        timer.begin();
        get("a");
        get("b");
        timer.before(command("set"), bare.session);
        assertThat(calls("get")).isEqualTo(2);
        run(2 * BRIEF_NANOS, SHORT_REPLY, "set", "a", "1");
        run(4 * BRIEF_NANOS, SHORT_REPLY, "info");
        assertThat(nanos("get")).isEqualTo(2 * BRIEF_NANOS);
        assertThat(nanos("set")).isEqualTo(2 * BRIEF_NANOS);
        assertThat(nanos("info")).isEqualTo(4 * BRIEF_NANOS);
        timer.end(bare.session);
        assertThat(stats.commands()).isEqualTo(4);
    }

    @Test
    void commandsWithinAnotherAreNotItsOwnTime() {
        timer.begin();
        timer.before(command("exec"), bare.session);
        get("a");
        get("b");
        now += BRIEF_NANOS;
        timer.after(command("exec"), bare.session, Request.of("exec".getBytes(UTF_8)), 0, true);
        timer.end(bare.session);
        assertThat(calls("get")).isEqualTo(2);
        assertThat(calls("exec")).isEqualTo(1);
        assertThat(nanos("get") + nanos("exec")).isEqualTo(3 * BRIEF_NANOS);
    }

    @Test
    void aLongReplyOrRequestEndsAGroup() {
        timer.begin();
        run(BRIEF_NANOS, LONG_REPLY, "get", "a");
        assertThat(calls("get")).isEqualTo(1);
        run(BRIEF_NANOS, -1, "get", "a");
        assertThat(calls("get")).isEqualTo(2);
        run(BRIEF_NANOS, SHORT_REPLY, "set", "a", "x".repeat(LONG_REPLY));
        assertThat(calls("set")).isEqualTo(1);
    }

    @Test
    void whereOneWasHeldUpOneHasItAll() {
        timer.begin();
        get("a");
        get("b");
        get("c");
        run(HELD_UP_NANOS, SHORT_REPLY, "get", "d");
        timer.end(bare.session);

        int number = command("get").number;
        assertThat(calls("get")).isEqualTo(4);
        assertThat(nanos("get")).isEqualTo(3 * BRIEF_NANOS + HELD_UP_NANOS);
        assertThat(stats.durations(number, 0)).isEqualTo(3);
        assertThat(stats.durations(number, DurationClasses.of(HELD_UP_NANOS))).isEqualTo(1);
        assertThat(slow()).containsExactly(List.of("get", "(one of 4 that came together)"));
    }

    @Test
    void aSlowCommandByItselfIsShownWithItsArguments() {
        timer.begin();
        run(HELD_UP_NANOS, SHORT_REPLY, false, "get", "a");
        run(HELD_UP_NANOS, SHORT_REPLY, true, "info", "server");
        assertThat(slow()).containsExactly(List.of("info", "server"), List.of("get", "a"));
    }

    @Test
    void theLastOfItsNameEndsAGroup() {
        timer.begin();
        get("a");
        run(BRIEF_NANOS, SHORT_REPLY, false, "get", "b");
        assertThat(calls("get")).isEqualTo(2);
        assertThat(looks).isEqualTo(2);
    }

    @Test
    void whoWantsToBeToldOfEachHasEachTimed() {
        bare.shared.tunables.slowlogMicros = 0;
        timer.begin();
        get("a");
        get("b");
        assertThat(slow()).containsExactly(List.of("get", "b"), List.of("get", "a"));
    }
}
