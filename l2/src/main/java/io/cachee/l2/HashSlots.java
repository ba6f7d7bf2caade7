package io.cachee.l2;

/** The hash slot of a key in a cluster: the CRC-16 (XMODEM) of the key, or of its hash tag, which is in braces. */
final class HashSlots {
    static final int COUNT = 16_384;

    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = table();

    private HashSlots() {}

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
            }
            table[i] = (char) crc;
        }
        return table;
    }

    static int of(byte[] key, int offset, int length) {
        int end = offset + length;
        int open = indexOf('{', key, offset, end);
        if (open < end) {
            int close = indexOf('}', key, open + 1, end);
            if (close < end && close > open + 1) {
                return crc(key, open + 1, close) & (COUNT - 1);
            }
        }
        return crc(key, offset, end) & (COUNT - 1);
    }

    private static int indexOf(char wanted, byte[] key, int from, int end) {
        int i = from;
        while (i < end && key[i] != wanted) {
            i++;
        }
        return i;
    }

    private static int crc(byte[] key, int from, int end) {
        int crc = 0;
        for (int i = from; i < end; i++) {
            crc = (crc << 8 & 0xFFFF) ^ TABLE[(crc >> 8 ^ key[i]) & 0xFF];
        }
        return crc;
    }
}
