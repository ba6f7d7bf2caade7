package io.cachee.nearcache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How errors of L2 are told apart. */
final class LoadedTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOADING Redis is loading the dataset in memory",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "CLUSTERDOWN The cluster is down",
                "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
            })
    void errorsThatPassAreFailures(String error) {
        Loaded loaded = Loaded.error(error);
        assertThat(loaded.kind()).isEqualTo(Loaded.Kind.FAILED);
        assertThat(loaded.text()).isEqualTo(error);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "NOPERM this user has no permissions to access one of the keys used as arguments",
                "BUSYGROUP Consumer Group name already exists",
                "ERR unknown command"
            })
    void otherErrorsAreAnswers(String error) {
        Loaded loaded = Loaded.error(error);
        assertThat(loaded.kind()).isEqualTo(Loaded.Kind.REFUSED);
        assertThat(loaded.text()).isEqualTo(error);
    }
}
