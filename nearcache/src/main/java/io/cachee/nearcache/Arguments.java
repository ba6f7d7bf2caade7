package io.cachee.nearcache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Arguments of the requests that are made of L2. */
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

    /** The key that says in L2 that somebody is filling another. */
    static byte[] flight(byte[] key) {
        byte[] prefix = ascii("cachee:flight:{");
        byte[] name = new byte[prefix.length + key.length + 1];
        System.arraycopy(prefix, 0, name, 0, prefix.length);
        System.arraycopy(key, 0, name, prefix.length, key.length);
        name[name.length - 1] = '}';
        return name;
    }
}
