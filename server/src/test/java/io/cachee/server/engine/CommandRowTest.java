package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cachee.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CommandRowTest {
    private static Command command(String row) {
        return new Command(new CommandRowParser().parse(row, call -> {}, true), 0);
    }

    private static CommandTable table(String... rows) {
        CommandRows all = new CommandRows();
        for (String row : rows) {
            all.add(row);
        }
        return all.table();
    }

    @Test
    void readsAllThatARowSays() {
        Command command =
                command("set -3 write,denyoom @string RWau~:1 KEYSPACE_WRITE as=set-for-seconds secret=2 brief");
        assertThat(command.name).isEqualTo("set");
        assertThat(command.arity).isEqualTo(-3);
        assertThat(command.flags).containsExactlyInAnyOrder(CommandFlag.WRITE, CommandFlag.DENYOOM);
        assertThat(command.categories).containsExactlyInAnyOrder("string", "write", "slow");
        assertThat(command.keySpecs).containsExactly(KeySpec.parse("RWau~:1"));
        assertThat(command.route).isEqualTo(Route.KEYSPACE_WRITE);
        assertThat(command.role).isEqualTo(Role.SET_FOR_SECONDS);
        assertThat(command.secrets).isEqualTo(new Secrets(2, List.of()));
        assertThat(command.is(Trait.BRIEF)).isTrue();
    }

    @Test
    void onlyWhatFollowsAWordIsSecret() {
        Command command = command("x -1 LOCAL secret=AUTH+1,AUTH2+2");
        Request request = Request.of(Stream.of("x", "3", "auth2", "user", "hidden", "k", "AUTH", "hidden", "AUTHOR")
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new));
        assertThat(Redaction.arguments(command, request, 100, 100).stream()
                        .map(shown -> new String(shown, StandardCharsets.UTF_8)))
                .containsExactly("x", "3", "auth2", "(redacted)", "(redacted)", "k", "AUTH", "(redacted)", "AUTHOR");
    }

    @Test
    void categoriesFollowFromFlags() {
        assertThat(command("x 1 admin LOCAL").categories).containsExactlyInAnyOrder("admin", "dangerous", "slow");
        assertThat(command("x 1 pubsub,fast LOCAL").categories).containsExactlyInAnyOrder("pubsub", "fast");
        assertThat(command("x 1 readonly,blocking LOCAL").categories)
                .containsExactlyInAnyOrder("read", "blocking", "slow");
        assertThat(command("x 1 readonly @scripting LOCAL").categories).containsExactlyInAnyOrder("scripting", "slow");
    }

    @Test
    void keysThatFormARowAreToldByFirstKeyLastKeyAndStep() {
        assertRow("x 2 FORWARD", 0, 0, 0, false);
        assertRow("x 2 ROa:1 FORWARD", 1, 1, 1, false);
        assertRow("x 2 OWu:1..-1/2 FORWARD", 1, -1, 2, false);
        assertRow("x 2 RWad:1 OWu:2 FORWARD", 1, 2, 1, false);
        assertRow("x 2 OWu:2 ROa:3..-1 FORWARD", 2, -1, 1, false);
    }

    @Test
    void keysThatFormNoRowAreMovable() {
        assertRow("x 2 ROa:#1 FORWARD", 0, 0, 0, true);
        assertRow("x 2 ROa:* FORWARD", 0, 0, 0, true);
        assertRow("x 2 OWu:1 ROa:#2 FORWARD", 1, 1, 1, true);
        assertRow("x 2 OWu:1 ROa:3 FORWARD", 1, 1, 1, true);
        assertRow("x 2 ROa:STREAMS@1..-1%2 FORWARD", 0, 0, 0, true);
        assertRow("x 2 RWad?:1 FORWARD", 1, 1, 1, true);
    }

    private static void assertRow(String row, int firstKey, int lastKey, int keyStep, boolean areMovable) {
        Command command = command(row);
        assertThat(command.firstKey).as("first key of %s", row).isEqualTo(firstKey);
        assertThat(command.lastKey).as("last key of %s", row).isEqualTo(lastKey);
        assertThat(command.keyStep).as("step of %s", row).isEqualTo(keyStep);
        assertThat(command.flags.contains(CommandFlag.MOVABLEKEYS))
                .as("keys of %s are movable", row)
                .isEqualTo(areMovable);
    }

    private static void assertRefuses(String row, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CommandRowParser().parse(row, call -> {}, true))
                .withMessageContaining(why);
    }

    @Test
    void refusesARowThatItCannotRead() {
        assertRefuses("get", "no arity: get");
        assertRefuses("get two ROa:1 LOCAL", "no arity: get two");
        assertRefuses("get 2 readonly ROa:1", "no route: get 2");
        assertRefuses("get 2 LOCAL FORWARD", "several routes: get 2");
        assertRefuses("get 2 readonly,quick LOCAL", "unknown flag or trait 'quick' in the row of get");
        assertRefuses("get 2 shiny LOCAL", "unknown flag or trait 'shiny' in the row of get");
        assertRefuses("get 2  local", "unknown flag or trait 'local' in the row of get");
        assertRefuses("get 2 LOCAL as=king", "unknown role 'king' in the row of get");
        assertRefuses("get 2 LOCAL as=VALUE", "unknown role 'VALUE' in the row of get");
        assertRefuses("get 2 LOCAL like=set", "unknown setting 'like=' in the row of get");
        assertRefuses("get 2 ROa:first LOCAL", "not a key specification: ROa:first");
    }

    @Test
    void refusesTwoRowsOfOneName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table("get 2 LOCAL", "get 3 LOCAL"))
                .withMessage("two rows of the name get");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table("client -2 LOCAL", "client|id 2 LOCAL", "client|id 2 LOCAL"))
                .withMessage("two rows of the name client|id");
    }

    @Test
    void refusesASubcommandBeforeItsContainer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> table("client|id 2 LOCAL", "client -2 LOCAL"))
                .withMessage("client|id has no container before it");
    }
}
