package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys and their databases: what Redis replies. */
final class KeysDifferentialTest {
    @SuppressWarnings("NullAway.Init")
    private Twins twins;

    @BeforeEach
    void start() throws Exception {
        twins = Twins.start();
    }

    @AfterEach
    void stop() {
        twins.close();
    }

    @Test
    void deletesAndCounts() throws Exception {
        twins.agree("""
            MSET a 1 b 2 c 3 d 4
            DBSIZE
            EXISTS a
            EXISTS a a b nothing
            DEL a nothing a
            UNLINK b nothing b c
            DBSIZE
            TOUCH d d nothing
            TYPE d
            TYPE nothing
            RANDOMKEY
            DEL d
            RANDOMKEY
            DBSIZE
            DEL
            UNLINK
            EXISTS
            TOUCH
            TYPE
            TYPE a b
            RANDOMKEY x
            DBSIZE x
            """);
    }

    @Test
    void renamesCopiesAndMoves() throws Exception {
        twins.agree("""
            SET a 1 EX 1000
            RENAME a b
            TTL b
            GET a
            RENAME nothing x
            RENAME b b
            RENAME nothing nothing
            SET c 3
            RENAME b c
            GET c
            TTL c
            SET d 4
            RENAMENX c d
            RENAMENX c c
            RENAMENX c e
            RENAMENX nothing f
            TTL e
            RENAME a
            RENAMENX a
            COPY e f
            TTL f
            COPY e d
            COPY e d REPLACE
            GET d
            TTL d
            COPY nothing z
            COPY nothing d REPLACE
            COPY e e
            COPY e e DB 0
            COPY e e DB 1
            COPY e e DB 1
            COPY e e DB 1 REPLACE
            COPY e g DB 16
            COPY e g DB -1
            COPY e g DB x
            COPY e g DB
            COPY e g BOGUS
            COPY e
            SELECT 1
            GET e
            TTL e
            SET m here
            MOVE m 2
            MOVE m 2
            SELECT 2
            GET m
            SELECT 1
            SET m again
            MOVE m 2
            GET m
            MOVE m 1
            MOVE m 99
            MOVE m -1
            MOVE m x
            MOVE nothing 1
            MOVE nothing 3
            MOVE m
            SELECT 16
            SELECT -1
            SELECT x
            SELECT 9223372036854775807
            SELECT
            """);
    }

    @Test
    void keepsDatabasesApart() throws Exception {
        twins.agree("""
            SET k zero
            SELECT 1
            GET k
            SET k one
            SET only1 x
            DBSIZE
            KEYS only*
            ~ RANDOMKEY
            SELECT 0
            DBSIZE
            KEYS *
            GET k
            SWAPDB 0 1
            GET k
            DBSIZE
            SELECT 1
            GET k
            SWAPDB 0 0
            SWAPDB 0 16
            SWAPDB 16 0
            SWAPDB x 0
            SWAPDB 0 x
            SWAPDB -1 0
            SWAPDB 0
            b: SELECT 5
            b: SET five 5
            b: FLUSHDB
            b: DBSIZE
            DBSIZE
            FLUSHDB ASYNC
            DBSIZE
            SELECT 0
            DBSIZE
            FLUSHDB SYNC
            FLUSHDB BOGUS
            FLUSHDB ASYNC SYNC
            FLUSHALL BOGUS
            FLUSHALL SYNC
            SET k v
            FLUSHALL ASYNC
            DBSIZE
            SELECT 1
            DBSIZE
            WAIT 0 0
            WAIT 0 10
            WAIT x 0
            WAIT 0 x
            WAIT 0 -1
            WAIT 0
            """);
    }

    @Test
    void scansAndLists() throws Exception {
        twins.agree("""
            MSET hello 1 hallo 2 hxllo 3 hllo 4 heeello 5 h[llo 6 h*llo 7 "h\\\\\\\\llo" 8 h^llo 9 h-llo 10 "" 11
            % KEYS *
            % KEYS h?llo
            % KEYS h*llo
            % KEYS h[ae]llo
            % KEYS h[^e]llo
            % KEYS h[a-b]llo
            % KEYS h[b-a]llo
            % KEYS "h\\\\\\\\*llo"
            % KEYS "h\\\\*llo"
            % KEYS "h\\\\?llo"
            % KEYS h[
            % KEYS h[a
            % KEYS h[[]llo
            % KEYS "h[\\\\\\\\]llo"
            % KEYS "h[\\\\]a]llo"
            % KEYS h[]llo
            % KEYS h[^]llo
            % KEYS h[a-]llo
            % KEYS h[+--]llo
            % KEYS h[^a-z]llo
            % KEYS *llo*
            % KEYS **l**o**
            % KEYS h***o
            % KEYS ?
            % KEYS ""
            % KEYS "\\\\\\\\"
            % KEYS HELLO
            % KEYS *[
            % KEYS "h*\\\\\\\\"
            KEYS
            KEYS a b
            % SCAN 0 COUNT 1000
            % SCAN 0 MATCH hallo COUNT 1000
            % SCAN 0 COUNT 1000 MATCH h[ae]llo TYPE string
            % SCAN 0 COUNT 1000 TYPE STRING MATCH h?llo
            % SCAN 0 COUNT 1000 TYPE list
            % SCAN 0 COUNT 1000 TYPE bogus
            % SCAN 0 MATCH nothing COUNT 1000
            SCAN x
            SCAN 0 COUNT 0
            SCAN 0 COUNT -1
            SCAN 0 COUNT x
            SCAN 0 COUNT
            SCAN 0 MATCH
            SCAN 0 TYPE
            SCAN 0 BOGUS
            SCAN 0 BOGUS 1
            SCAN 18446744073709551616
            SCAN " 1"
            SCAN
            SET "\\xff\\xfe" bin
            % KEYS "\\xff*"
            % KEYS "[\\xf0-\\xff]?"
            """);
    }

    /** What many stars cost is bounded: a matcher that tried every way would not end within the test. */
    @Test
    void patternsOfManyStarsEnd() throws Exception {
        String text = "a".repeat(60_000);
        String pattern = "a*".repeat(200) + "b";
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("SET", text, "v");
            assertThat(client.call("KEYS", pattern).items()).isEmpty();
            assertThat(client.call("KEYS", "a*".repeat(200)).items()).hasSize(1);
        }
    }

    @Test
    void scansEveryKeyOfALargeStore() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                client.call("SET", "key" + i, "v");
                expected.add("key" + i);
            }
            List<String> found = new ArrayList<>();
            String cursor = "0";
            do {
                RespValue reply = client.call("SCAN", cursor, "COUNT", "100");
                assertThat(reply.item(1).items()).hasSizeLessThan(1_000);
                reply.item(1).items().forEach(key -> found.add(key.string()));
                cursor = reply.item(0).string();
            } while (!cursor.equals("0"));
            assertThat(found).hasSameElementsAs(expected);
        }
    }

    @Test
    void describesObjects() throws Exception {
        twins.agree("""
            SET n 12345
            OBJECT ENCODING n
            SET n -12345
            OBJECT ENCODING n
            SET n 9223372036854775807
            OBJECT ENCODING n
            SET n 9223372036854775808
            OBJECT ENCODING n
            SET n 0123
            OBJECT ENCODING n
            SET n ""
            OBJECT ENCODING n
            SET s 12345678901234567890123456789012345678901234
            OBJECT ENCODING s
            SET s 123456789012345678901234567890123456789012345
            OBJECT ENCODING s
            SET s hello
            OBJECT ENCODING s
            OBJECT REFCOUNT s
            OBJECT IDLETIME s
            OBJECT ENCODING nothing
            OBJECT REFCOUNT nothing
            OBJECT IDLETIME nothing
            OBJECT ENCODING
            OBJECT BOGUS s
            OBJECT BOGUS
            OBJECT
            OBJECT ENCODING s t
            """);
    }

    @Test
    void refusesPayloadsThatAreWrong() throws Exception {
        twins.agree("""
            SET k v
            DUMP nothing
            DUMP
            RESTORE r 0 ""
            RESTORE r 0 abc
            RESTORE r 0 "\\x00\\x01v\\x0a\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01"
            RESTORE r x "\\x00\\x01v"
            RESTORE r -1 "\\x00\\x01v"
            RESTORE k 0 "\\x00\\x01v"
            RESTORE k 0 "\\x00\\x01v" BOGUS
            RESTORE r 0 {dump:k}
            GET r
            RESTORE r 0 {dump:k}
            RESTORE r 0 {dump:k} REPLACE
            GET r
            RESTORE r 100000 {dump:k} REPLACE
            TTL r
            RESTORE r 99999999999999 {dump:k} REPLACE ABSTTL
            ~ PEXPIRETIME r
            RESTORE r 5 {dump:k} REPLACE ABSTTL
            EXISTS r
            RESTORE r 0 {dump:k} IDLETIME 10
            RESTORE r 0 {dump:k} REPLACE FREQ 10
            RESTORE r 0 {dump:k} REPLACE IDLETIME -1
            RESTORE r 0 {dump:k} REPLACE FREQ 256
            RESTORE r 0 {dump:k} REPLACE IDLETIME 1 FREQ 1
            RESTORE r 0 {dump:k} REPLACE IDLETIME
            RESTORE r 0 "\\x00\\xff\\xff\\x0a\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00" REPLACE
            RESTORE r 0 "\\x00\\x09w\\x0a\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00" REPLACE
            RESTORE r
            """);
    }

    /** What one of the two has dumped, the other restores; an older one does not read what a newer one writes. */
    @Test
    void dumpsGoBothWays() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null) {
            return;
        }
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient ours = sidecar.connect();
                RespClient theirs = real.connect()) {
            theirs.call("FLUSHALL");
            for (String value : List.of(
                    "",
                    "v",
                    "0",
                    "-1",
                    "127",
                    "128",
                    "-32768",
                    "65536",
                    "2147483647",
                    "2147483648",
                    "0123",
                    "a".repeat(63),
                    "a".repeat(64),
                    "ab".repeat(10_000),
                    "a".repeat(16_383),
                    "a".repeat(16_384),
                    "\u0000\u00ff\r\n".repeat(100))) {
                ours.call("SET", "k", value);
                theirs.call("SET", "k", value);
                if (real.isTheOneClaimed()) {
                    assertThat(theirs.call(
                                            "RESTORE",
                                            "ours",
                                            0,
                                            ours.call("DUMP", "k").bytes(),
                                            "REPLACE")
                                    .string())
                            .isEqualTo("OK");
                    assertThat(theirs.call("GET", "ours").string()).isEqualTo(value);
                }
                assertThat(ours.call(
                                        "RESTORE",
                                        "theirs",
                                        0,
                                        theirs.call("DUMP", "k").bytes(),
                                        "REPLACE")
                                .string())
                        .isEqualTo("OK");
                assertThat(ours.call("GET", "theirs").string()).isEqualTo(value);
            }
        }
    }
}
