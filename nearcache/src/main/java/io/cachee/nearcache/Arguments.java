package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Arguments of requests to L2. */
final class Arguments {
    static final byte[] GET = ascii("GET");
    static final byte[] MGET = ascii("MGET");
    static final byte[] PTTL = ascii("PTTL");
    static final byte[] SET = ascii("SET");
    static final byte[] DEL = ascii("DEL");
    static final byte[] PX = ascii("PX");
    static final byte[] NX = ascii("NX");
    static final byte[] EVAL = ascii("EVAL");
    static final byte[] ONE = ascii("1");

    private Arguments() {}

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static byte[] number(long value) {
        return ascii(Long.toString(value));
    }
}
