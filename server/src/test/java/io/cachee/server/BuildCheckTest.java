package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class BuildCheckTest {
    @Test
    void theseClassesAndTheirFilesAreOfOneBuild() throws IOException {
        assertThat(BuildCheck.problem()).isNull();
        assertThat(BuildCheck.problem("abc", "abc")).isNull();
        assertThat(BuildId.VALUE).matches("[0-9a-f]{64}");
    }

    @Test
    void refusesClassesOfAnotherBuild() {
        assertThat(BuildCheck.problem("0123456789abcdef", "fedcba9876543210"))
                .contains("of build 0123456789ab,", "of build fedcba987654:", "make it anew or delete it");
    }
}
