package io.cachee.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** Computes the slot of a key in a cluster. */
public final class HashSlot {
    public static final int COUNT = 16_384;

    private static final int POLYNOMIAL = 0x1021;

    private HashSlot() {}

    /** The slot by CRC-16 (XMODEM) of the key, or of the text between its first braces. */
    public static int of(String key) {
        int open = key.indexOf('{');
        int close = key.indexOf('}', open + 1);
        String hashed = open >= 0 && close > open + 1 ? key.substring(open + 1, close) : key;
        int crc = 0;
        for (byte next : hashed.getBytes(ISO_8859_1)) {
            crc ^= Byte.toUnsignedInt(next) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
            }
            crc &= 0xFFFF;
        }
        return crc % COUNT;
    }
}
