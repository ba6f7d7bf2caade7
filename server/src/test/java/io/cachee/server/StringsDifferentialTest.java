package io.cachee.server;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Strings as wholes and in parts: what Redis replies. */
final class StringsDifferentialTest {
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
    void getsValuesOfAllLengthsOneAfterTheOther() throws Exception {
        int[] lengths = {0, 1, 9, 10, 99, 100, 999, 1_000, 9_999, 10_000, 99_999, 100_000, 1_000_000};
        StringBuilder script = new StringBuilder();
        for (int length : lengths) {
            script.append("SETRANGE k" + length + " 0 " + "x".repeat(Math.min(length, 9)) + "\n");
            script.append(
                    "SETRANGE k" + length + " " + Math.max(0, length - 1) + " " + (length == 0 ? "\"\"" : "y") + "\n");
        }
        script.append("SET k0 \"\"\n");
        for (int one : lengths) {
            for (int other : lengths) {
                script.append("GET k" + one + "\nGET k" + other + "\n");
            }
        }
        twins.agree(script.toString());
    }

    @Test
    void setsAndGets() throws Exception {
        twins.agree("""
            GET k
            SET k v
            GET k
            SET k ""
            GET k
            STRLEN k
            SET "" empty-key
            GET ""
            SET "\\x00key" zero
            GET "\\x00key"
            SET bin "\\x00\\xff\\r\\n"
            GET bin
            STRLEN bin
            set K v2
            gEt K
            GET
            GET a b
            SET
            SET k
            MGET
            MGET k nothing K bin
            MSET a 1 b 2
            MSET a 1 b
            MSET a
            MSET a 1 a 2
            GET a
            MSETNX a 1 c 3
            MSETNX c 3 d 4
            MSETNX c 3 d
            MSETNX x 1 x 2
            MGET a b c d x
            SETNX k other
            SETNX new v
            SETNX new
            GET new
            GETSET k next
            GETSET fresh v
            GETSET k
            TTL fresh
            GETDEL k
            GETDEL k
            GETDEL
            GETDEL a b
            """);
    }

    @Test
    void setTakesEveryOption() throws Exception {
        twins.agree("""
            SET k v EX 100
            TTL k
            SET k v PX 100000
            TTL k
            ~ PTTL k
            SET k v
            TTL k
            SET k v EXAT 99999999999
            EXPIRETIME k
            SET k v PXAT 99999999999999
            ~ PEXPIRETIME k
            SET k w KEEPTTL
            ~ PEXPIRETIME k
            SET k w NX
            SET k w XX
            SET nope w XX
            GET nope
            SET k z GET
            SET nope z GET
            SET k z NX GET
            SET no2 z NX GET
            GET no2
            SET no3 z XX GET
            EXISTS no3
            SET k y XX GET
            GET k
            SET k v NX XX
            SET k v XX NX
            SET k v NX NX
            SET k v XX XX
            SET k v GET GET
            SET k v KEEPTTL KEEPTTL
            SET k v EX 10 PX 10
            SET k v EX 10 EX 10
            SET k v EX 10 KEEPTTL
            SET k v KEEPTTL EX 10
            SET k v EXAT 10 PXAT 10
            SET k v EX
            SET k v PX
            SET k v EX abc
            SET k v EX 0
            SET k v EX -1
            SET k v PX 0
            SET k v PX -5
            SET k v EXAT 0
            SET k v PXAT -1
            SET k v EX 9223372036854775807
            SET k v EX 9223372036854775
            SET k v EX 9223372036854776
            SET k v PX 9223372036854775807
            SET k v PX 9223372036854775808
            SET k v EX 1.5
            SET k v EX " 5"
            SET k v BOGUS
            SET k v NX BOGUS
            SET k v ex 100 nx
            SET k v ex 100 xx get
            TTL k
            SET k v EX 5 NX XX
            SET k v EX 0 NX XX
            SET k v EX abc KEEPTTL
            SET k v PXAT 1
            GET k
            EXISTS k
            SET k v EXAT 1 GET
            EXISTS k
            SET k v
            SET k w PXAT 1 GET
            EXISTS k
            SET k w PXAT 1 NX
            EXISTS k
            SET k w PXAT 1 XX
            SET k v PX 100000 GET KEEPTTL
            """);
    }

    @Test
    void setsWithATimeToLive() throws Exception {
        twins.agree("""
            SETEX k 10 v
            TTL k
            SETEX k 0 v
            SETEX k -1 v
            SETEX k x v
            SETEX k 9223372036854775807 v
            SETEX k 9223372036854776 v
            SETEX k 10
            PSETEX k 10000 v
            ~ PTTL k
            PSETEX k 0 v
            PSETEX k -1 v
            PSETEX k x v
            PSETEX k 9223372036854775807 v
            GET k
            GETEX k
            GETEX k EX 100
            TTL k
            GETEX k PX 200000
            TTL k
            GETEX k EXAT 99999999999
            EXPIRETIME k
            GETEX k PXAT 99999999999999
            ~ PEXPIRETIME k
            GETEX k PERSIST
            TTL k
            GETEX k PERSIST
            GETEX k EX
            GETEX k EX 0
            GETEX k EX -1
            GETEX k EX abc
            GETEX k EX 9223372036854775807
            GETEX k PERSIST EX 10
            GETEX k EX 10 PERSIST
            GETEX k EX 10 PX 10
            GETEX k BOGUS
            GETEX k KEEPTTL
            GETEX k NX
            GETEX nothing EX 10
            GETEX nothing EX abc
            GETEX nothing EX 0
            GETEX
            GETEX k EXAT 1
            EXISTS k
            """);
    }

    @Test
    void appendsAndCuts() throws Exception {
        twins.agree("""
            APPEND k ab
            APPEND k cd
            APPEND k ""
            APPEND empty ""
            EXISTS empty
            GET k
            EXPIRE k 100
            APPEND k e
            TTL k
            APPEND k
            STRLEN k
            STRLEN nothing
            STRLEN
            GETRANGE k 0 -1
            GETRANGE k 1 2
            GETRANGE k -3 -2
            GETRANGE k -2 -3
            GETRANGE k 3 1
            GETRANGE k 0 1000
            GETRANGE k -1000 1
            GETRANGE k -1000 -900
            GETRANGE k 5 10
            GETRANGE k 4 10
            GETRANGE k 9223372036854775807 9223372036854775807
            GETRANGE k -9223372036854775808 9223372036854775807
            GETRANGE k 0 -9223372036854775808
            GETRANGE k a 1
            GETRANGE k 0 1.5
            GETRANGE nothing 0 -1
            GETRANGE nothing a b
            GETRANGE k 0
            SUBSTR k 0 2
            SUBSTR k 0
            SETRANGE k 1 XY
            GET k
            SETRANGE k 10 Z
            GET k
            TTL k
            SETRANGE k 0 ""
            SETRANGE nothing 0 ""
            SETRANGE nothing 5 ""
            EXISTS nothing
            SETRANGE nothing 5 x
            GET nothing
            SETRANGE k -1 x
            SETRANGE k abc x
            SETRANGE k 2147483648 x
            SETRANGE k 4294967295 x
            SETRANGE k 9223372036854775807 x
            SETRANGE k 9223372036854775807 ""
            SETRANGE fresh 2147483648 ""
            SETRANGE k 2097152 x
            SETRANGE big 2097151 x
            STRLEN big
            APPEND big y
            SETRANGE big 2097152 y
            DEL big
            SETRANGE k 1
            """);
    }

    @Test
    void countsUpAndDown() throws Exception {
        twins.agree("""
            INCR n
            INCR n
            DECR n
            INCRBY n 10
            DECRBY n 3
            DECRBY m 3
            INCRBY n -20
            EXPIRE n 100
            INCR n
            TTL n
            SET n 9223372036854775807
            INCR n
            INCRBY n 1
            INCRBY n -1
            SET n -9223372036854775808
            DECR n
            DECRBY n 1
            INCRBY n -1
            DECRBY n -9223372036854775808
            INCRBY n 9223372036854775808
            INCRBY n abc
            INCRBY n 1.5
            INCRBY n ""
            INCRBY n
            INCR
            SET s abc
            INCR s
            SET s " 1"
            INCR s
            SET s "1 "
            INCR s
            SET s 01
            INCR s
            SET s +1
            INCR s
            SET s -0
            INCR s
            SET s ""
            INCR s
            SET s 1.0
            INCR s
            SET s 9223372036854775808
            INCR s
            SET s -1
            INCR s
            INCR s
            OBJECT ENCODING s
            """);
    }

    @Test
    void addsFractions() throws Exception {
        twins.agree("""
            INCRBYFLOAT f 10.5
            INCRBYFLOAT f 0.1
            INCRBYFLOAT f -5
            SET f 5.0e3
            INCRBYFLOAT f 2.0e2
            SET f 3.0
            INCRBYFLOAT f 1.0
            SET f 1
            INCRBYFLOAT f 1.1
            INCRBYFLOAT f +1
            INCRBYFLOAT f .5
            INCRBYFLOAT f 5.
            INCRBYFLOAT f abc
            INCRBYFLOAT f ""
            INCRBYFLOAT f " 1"
            INCRBYFLOAT f "1 "
            INCRBYFLOAT f 1e
            INCRBYFLOAT f 1d
            INCRBYFLOAT f 1f
            INCRBYFLOAT f nan
            INCRBYFLOAT f inf
            INCRBYFLOAT f -inf
            INCRBYFLOAT f +Infinity
            SET f 0
            INCRBYFLOAT f 0.1
            INCRBYFLOAT f 0.2
            SET f 1
            INCRBYFLOAT f 0.00000000000000001
            INCRBYFLOAT f 1
            SET f abc
            INCRBYFLOAT f 1
            SET f " 11"
            INCRBYFLOAT f 1
            SET f "11 "
            INCRBYFLOAT f 1
            SET f -0
            INCRBYFLOAT f 0
            SET f -1
            INCRBYFLOAT f 1
            SET f 3
            EXPIRE f 100
            INCRBYFLOAT f 1.25
            TTL f
            SET f inf
            INCRBYFLOAT f 1
            INCRBYFLOAT f
            INCRBYFLOAT f 1 2
            SET f 1e10
            INCRBYFLOAT f 1
            SET f 3.14159265358979323846264338327950288
            INCRBYFLOAT f 0
            SET f 0.1
            INCRBYFLOAT f 0
            """);
    }

    @Test
    void findsTheLongestCommonSubsequence() throws Exception {
        twins.agree("""
            MSET a ohmytext b mynewtext
            LCS a b
            LCS a b LEN
            LCS a b IDX
            LCS a b IDX MINMATCHLEN 4
            LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
            LCS a b IDX WITHMATCHLEN
            LCS a b LEN IDX
            LCS a b MINMATCHLEN
            LCS a b MINMATCHLEN x
            LCS a b MINMATCHLEN -5 IDX
            LCS a b BOGUS
            LCS a nothing
            LCS nothing b LEN
            LCS nothing nothing2 IDX
            LCS a
            LCS a a IDX WITHMATCHLEN
            MSET c abcabcabc d cbacbacba
            LCS c d
            LCS c d IDX
            LCS d c IDX
            LCS a b WITHMATCHLEN
            LCS a b len
            """);
    }
}
