package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cachee.resp.Request;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeySpecTest {
    private static Request request(String line) {
        return Request.of(
                Stream.of(line.split(" ", -1)).map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new));
    }

    private static int[] places(String spec, String request) {
        return KeySpec.parse(spec).places(request(request));
    }

    @Test
    void findsTheArgumentAtAFixedPlace() {
        assertThat(places("ROa:1", "GET k")).containsExactly(1);
        assertThat(places("RO:2", "OBJECT ENCODING k")).containsExactly(2);
        assertThat(places("ROa:1..1", "LCS a b LEN")).containsExactly(1, 2);
    }

    @Test
    void findsARangeUpToAPlaceCountedFromTheEnd() {
        assertThat(places("ROa:1..-1", "MGET a b c")).containsExactly(1, 2, 3);
        assertThat(places("RWad:1..-2", "BLPOP a b 0")).containsExactly(1, 2);
        assertThat(places("OWu:1..-1/2", "MSET a 1 b 2")).containsExactly(1, 3);
    }

    @Test
    void findsAsManyKeysAsAnArgumentSays() {
        assertThat(places("RWau:#2", "EVAL s 2 a b c")).containsExactly(3, 4);
        assertThat(places("RWau:#2", "EVAL s 3 a b c")).containsExactly(3, 4, 5);
        assertThat(places("RWau:#2", "EVAL s 0")).isEmpty();
    }

    @Test
    void findsCountedKeysAfterAWordAndWithAStep() {
        assertThat(places("ROa:#KEYS@1", "CMD x KEYS 2 a b c")).containsExactly(4, 5);
        assertThat(places("OWu:#1/2", "CMD 2 a 1 b 2 NX")).containsExactly(2, 4);
        assertThat(places("OWu:#1/2", "CMD 2 a 1")).isEmpty();
    }

    @Test
    void saysWhenANumberOfKeysIsNone() {
        for (String number : new String[] {"9", "x", "-1", "+1", "99999999999999999999"}) {
            assertThat(isMiscounted("ROa:#1", "CMD " + number + " a b"))
                    .as(number)
                    .isTrue();
        }
        assertThat(isMiscounted("ROa:#1", "CMD 0 a b")).isFalse();
        assertThat(isMiscounted("ROa:#1", "CMD 2 a b")).isFalse();
    }

    private static boolean isMiscounted(String spec, String request) {
        return KeySpec.parse(spec).isMiscounted(request(request));
    }

    @Test
    void missesNoKeyAfterARepeatedWord() {
        KeySpec store = KeySpec.parse("OWu:STORE@6");
        assertThat(store.placesAfterAll(request("GEORADIUS k 0 0 1 m STORE a STORE b")))
                .containsExactly(7, 9);
        assertThat(store.placesAfterAll(request("GEORADIUS k 0 0 1 m STORE"))).isEmpty();
    }

    @Test
    void findsKeysAfterAWord() {
        assertThat(places("OWu:STORE@6", "GEORADIUS k 0 0 1 m STORE d")).containsExactly(7);
        assertThat(places("OWu:STORE@6", "GEORADIUS k 0 0 1 m store d")).containsExactly(7);
        assertThat(places("OWu:STORE@6", "GEORADIUS k 0 0 1 m")).isEmpty();
        // The same word before the place where the search begins is something else.
        assertThat(places("OWu:STORE@6", "GEORADIUS STORE 0 0 1 m")).isEmpty();
    }

    @Test
    void findsTheFirstHalfOfWhatFollowsAWord() {
        assertThat(places("ROa:STREAMS@1..-1%2", "XREAD COUNT 1 STREAMS a b 0 0"))
                .containsExactly(4, 5);
        assertThat(places("ROa:STREAMS@1..-1%2", "XREAD STREAMS a b 0")).containsExactly(2);
        assertThat(places("ROa:STREAMS@1..-1%2", "XREAD STREAMS a")).isEmpty();
    }

    @Test
    void searchesAWordFromTheEnd() {
        assertThat(places("RWad?:KEYS@-2..-1", "MIGRATE h 1 k 0 1 KEYS a b")).containsExactly(7, 8);
        assertThat(places("RWad?:KEYS@-2..-1", "MIGRATE h 1 k 0 1 KEYS a")).containsExactly(7);
        assertThat(places("RWad?:KEYS@-2..-1", "MIGRATE h 1 k 0 1 COPY")).isEmpty();
        assertThat(places("RWad?:KEYS@-2..-1", "MIGRATE h 1 k 0 1 KEYS")).isEmpty();
        assertThat(places("RWad?:KEYS@-1..-1", "MIGRATE h 1 k 0 1 KEYS a")).containsExactly(7);
    }

    @Test
    void findsNothingWhereNoRuleTells() {
        assertThat(places("ROa:*", "SORT k BY w_*")).isEmpty();
        assertThat(KeySpec.parse("ROa:*").isKnown()).isFalse();
    }

    @Test
    void findsNoKeysAmongChannels() {
        assertThat(places("!:1..-1", "SSUBSCRIBE c")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "-1", "+1", "1.0", "4", "99", "99999999999999999999999", "1x"})
    void findsNoKeysAfterABadNumber(String number) {
        assertThat(places("ROa:#1", "ZUNION " + number + " a b c")).isEmpty();
    }

    @Test
    void findsWhatThereIsInATruncatedRequest() {
        assertThat(places("ROa:1", "GET")).isEmpty();
        assertThat(places("ROa:1..1", "LCS a")).containsExactly(1);
        assertThat(places("ROa:1..-1", "MGET")).isEmpty();
        assertThat(places("RWad:1..-2", "BLPOP a")).isEmpty();
        assertThat(places("OWu:1..-1/2", "MSET a 1 b")).containsExactly(1, 3);
        assertThat(places("ROa:#1", "ZUNION")).isEmpty();
        assertThat(places("ROa:#1", "ZUNION 1")).isEmpty();
        assertThat(places("OWu:STORE@6", "GEORADIUS k")).isEmpty();
        assertThat(places("RWad?:KEYS@-2..-1", "MIGRATE")).isEmpty();
    }

    @Test
    void tellsWhatTheCommandDoesWithTheKeys() {
        KeySpec spec = KeySpec.parse("RWau~:1");
        assertThat(spec.flags()).containsExactly("RW", "access", "update", "variable_flags");
        assertThat(spec.reads()).isTrue();
        assertThat(spec.writes()).isTrue();
        assertThat(KeySpec.parse("RO:1").reads()).isFalse();
        assertThat(KeySpec.parse("ROa:1").writes()).isFalse();
        assertThat(KeySpec.parse("OWi:1").writes()).isTrue();
        assertThat(KeySpec.parse("RMd:1").writes()).isTrue();
        assertThat(KeySpec.parse("RWad?:1").isIncomplete()).isTrue();
        assertThat(KeySpec.parse("!:1").flags()).containsExactly("not_key");
    }

    @Test
    void describesTheRangeOfACommandThatOnlyL2Knows() {
        assertThat(KeySpec.row(1, 3, 2, true)).isEqualTo(KeySpec.parse("RWau:1..2/2"));
        assertThat(KeySpec.row(2, -1, 1, false)).isEqualTo(KeySpec.parse("ROa:2..-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "ROa",
                "ROa:",
                ":x",
                "RXa:1",
                "ROz:1",
                "ROa:0",
                "ROa:-1",
                "ROa:1..",
                "ROa:1/0",
                "ROa:1..1%2",
                "ROa:#1..-1",
                "ROa:#1%2",
                "ROa:keys@1",
                "ROa:KEYS@",
                "ROa:1 ",
                "ROa:99999999999"
            })
    void refusesWhatIsNoKeySpecification(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> KeySpec.parse(text));
    }
}
