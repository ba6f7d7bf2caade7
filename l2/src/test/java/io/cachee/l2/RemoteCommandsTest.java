package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made of replies to COMMAND that no server of ours gives. */
final class RemoteCommandsTest {
    private static Map<String, byte[]> rows(String reply) {
        return RemoteCommands.rows(reply.replace(" ", "\r\n").getBytes(ISO_8859_1));
    }

    @Test
    void passesWhatItHasNoUseFor() {
        String later = "*2 $3 tip %1 +nested ~2 #t _ $3 end ";
        String get = "$3 GET :2 ~2 +readonly +fast :1 :1 :1 ~1 +@read *0 *0 *0 ";
        String old = "*6 +set :-3 *1 +write :1 :1 :1 ";
        Map<String, byte[]> rows = rows("*5 *12 " + get + later + "*-1 _ " + old + "*2 +strange $-1 ");
        assertThat(rows).containsOnlyKeys("get", "set");
        assertThat(new String(rows.get("get"), ISO_8859_1)).isEqualTo(get.replace(" ", "\r\n"));
    }

    @Test
    void findsNothingInAnError() {
        assertThat(rows("-NOPERM ")).isEmpty();
    }
}
