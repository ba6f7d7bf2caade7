package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UserRulesTest {
    private final CommandTable table = new CommandRows()
            .add("get 2 readonly ROa:1 LOCAL")
            .add("object -2 FORWARD")
            .add("object|freq 3 readonly RO:2 FORWARD")
            .table();

    private boolean mayRun(String name, String... rules) {
        CommandRow row = new CommandRow(name, -1, call -> {}, false);
        row.isUnknown = true;
        row.isUnlisted = true;
        Command unlisted = new Command(row, table.commands().size());
        Request request = Request.of(name.getBytes(UTF_8));
        return own(UserRules.none(table).with(List.of(rules), true)).mayRun(unlisted, request);
    }

    private static RuleSelector own(UserRules rules) {
        return rules.selectors().getFirst();
    }

    @Test
    void aRuleForAContainerAppliesToSubcommandsThatTheTableLacks() {
        assertThat(mayRun("object|size", "+@all")).isTrue();
        assertThat(mayRun("object|size", "+@all", "-object")).isFalse();
        assertThat(mayRun("object|size", "+object")).isTrue();
        assertThat(mayRun("object|size", "+object|size")).isTrue();
        assertThat(mayRun("object|size", "+object", "-object|size")).isFalse();
        assertThat(mayRun("object|size", "+object|freq")).isFalse();
    }

    @Test
    void ofACommandThatNothingIsKnownAboutOnlyForbiddenCategoriesCount() {
        assertThat(mayRun("fresh", "+@read")).isFalse();
        assertThat(mayRun("fresh", "+@all", "-@dangerous")).isFalse();
        assertThat(mayRun("fresh", "+@all", "-@dangerous", "+fresh")).isTrue();
    }

    @Test
    void aKeyMustBeNamedByARuleWhateverTheAccess() {
        UserRules rules = UserRules.none(table).with(List.of("on", "%R~r:*", "%W~w:*", "~b:*"), false);
        assertThat(mayAccess(rules, "r:1")).containsExactly(true, true, false);
        assertThat(mayAccess(rules, "w:1")).containsExactly(true, false, true);
        assertThat(mayAccess(rules, "b:1")).containsExactly(true, true, true);
        assertThat(mayAccess(rules, "x:1")).containsExactly(false, false, false);
    }

    /** Without reading or writing; reading; writing. */
    private static boolean[] mayAccess(UserRules rules, String name) {
        byte[] key = name.getBytes(UTF_8);
        return new boolean[] {
            own(rules).mayAccess(key, false, false),
            own(rules).mayAccess(key, true, false),
            own(rules).mayAccess(key, false, true)
        };
    }
}
