package io.cachee.server;

import java.util.List;
import java.util.random.RandomGenerator;

/** Commands on a few keys, drawn at random: most of them right, some of them not. */
final class RandomCommands {
    static final List<String> KEYS = List.of("a", "b", "c", "d", "e");

    private static final List<String> VALUES = List.of(
            "",
            "0",
            "1",
            "-1",
            "12",
            "3.5",
            "007",
            "9223372036854775807",
            "-9223372036854775808",
            "hello",
            "hello world",
            "\u0000",
            "\u00ff\u0000\u0080",
            " 1",
            "abcabcabc",
            "a".repeat(100));
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "3",
            "-3",
            "7",
            "8",
            "10",
            "100",
            "-100",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "x",
            "",
            "1.5");
    private static final List<String> PATTERNS =
            List.of("*", "a*", "?", "[a-c]", "[^a]", "\\a", "[a", "*[bc]", "**", "[]", "[^]", "a-", "[c-a]", "[\\a]");
    /** Far enough apart that no test takes so long, and even thousands, so that about the same is the same. */
    private static final List<String> SECONDS = List.of("1000", "20000", "400000", "0", "-1", "x", "8000000");

    private final RandomGenerator random;

    RandomCommands(RandomGenerator random) {
        this.random = random;
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String key() {
        return one(KEYS);
    }

    /** Never twice the same, for then the outcome would hang on a millisecond. */
    private String anySeconds() {
        return String.valueOf(random.nextInt(1_000, 100_000_000));
    }

    private String value() {
        return one(VALUES);
    }

    private String number() {
        return random.nextInt(4) == 0 ? one(NUMBERS) : String.valueOf(random.nextInt(-20, 40));
    }

    private String small() {
        return String.valueOf(random.nextInt(0, 200));
    }

    private String anyOf(String... words) {
        return words[random.nextInt(words.length)];
    }

    /** The next command; words of no length stand for options that were not drawn. */
    List<String> next() {
        return switch (random.nextInt(46)) {
            case 0, 1, 2 -> List.of("SET", key(), value());
            case 3 -> List.of("SET", key(), value(), anyOf("NX", "XX", "GET", "KEEPTTL", "nx", "BOGUS"));
            case 4 -> List.of("SET", key(), value(), anyOf("EX", "ex"), one(SECONDS));
            case 5 -> List.of("SET", key(), value(), anyOf("NX", "XX", "GET"), anyOf("GET", "XX", "KEEPTTL", "NX"));
            case 6, 7 -> List.of("GET", key());
            case 8 -> List.of("APPEND", key(), value());
            case 9 -> List.of("GETRANGE", key(), number(), number());
            case 10 -> List.of("SETRANGE", key(), anyOf(small(), "-1", "0", "x", "2147483648"), value());
            case 11 -> List.of("STRLEN", key());
            case 12 -> List.of("INCR", key());
            case 13 -> List.of(anyOf("INCRBY", "DECRBY"), key(), number());
            case 14 -> List.of("GETSET", key(), value());
            case 15 -> List.of("GETDEL", key());
            case 16 -> List.of("SETNX", key(), value());
            case 17 -> List.of("MSET", key(), value(), key(), value());
            case 18 -> List.of("MSETNX", key(), value(), key(), value());
            case 19 -> List.of("MGET", key(), key(), key());
            case 20 -> List.of(anyOf("DEL", "UNLINK", "EXISTS", "TOUCH"), key(), key());
            case 21 -> List.of("EXPIRE", key(), one(SECONDS));
            case 22 -> List.of("EXPIRE", key(), anySeconds(), anyOf("NX", "XX", "GT", "LT"));
            case 23 -> List.of("PERSIST", key());
            case 24 -> List.of(anyOf("TTL", "EXPIRETIME", "TYPE"), key());
            case 25 -> List.of("RENAME", key(), key());
            case 26 -> List.of("RENAMENX", key(), key());
            case 27 -> List.of("COPY", key(), key());
            case 28 -> List.of("COPY", key(), key(), "REPLACE");
            case 29, 30 -> List.of("SETBIT", key(), anyOf(small(), number()), anyOf("0", "1", "1", "2"));
            case 31 -> List.of("GETBIT", key(), anyOf(small(), number()));
            case 32 -> List.of("BITCOUNT", key());
            case 33 -> List.of("BITCOUNT", key(), number(), number(), anyOf("BIT", "BYTE"));
            case 34 -> List.of("BITPOS", key(), anyOf("0", "1"), number());
            case 35 -> List.of("BITPOS", key(), anyOf("0", "1"), number(), number(), anyOf("BIT", "BYTE"));
            case 36 -> List.of("BITOP", anyOf("AND", "OR", "XOR"), key(), key(), key());
            case 37 -> List.of("BITOP", "NOT", key(), key());
            case 38 -> List.of("BITFIELD", key(), "GET", type(), anyOf(small(), "#" + random.nextInt(9)));
            case 39 -> bitField("SET");
            case 40 -> bitField("INCRBY");
            case 41 -> List.of("KEYS", one(PATTERNS));
            case 42 -> List.of("DBSIZE");
            case 43 -> List.of("LCS", key(), key(), anyOf("LEN", "IDX"));
            case 44 -> List.of("GETEX", key(), anyOf("PERSIST", "BOGUS"));
            default -> List.of("OBJECT", "ENCODING", key());
        };
    }

    private String type() {
        return anyOf("u", "i") + random.nextInt(1, 65);
    }

    /** Without the smallest numbers, at which Redis's own arithmetic overflows. */
    private String amount() {
        String number = number();
        return number.equals("-9223372036854775808") ? "-4611686018427387904" : number;
    }

    private List<String> bitField(String kind) {
        String overflow = anyOf("WRAP", "SAT", "FAIL");
        return List.of("BITFIELD", key(), "OVERFLOW", overflow, kind, type(), small(), amount());
    }
}
