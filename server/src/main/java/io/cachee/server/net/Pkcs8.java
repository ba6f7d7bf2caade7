package io.cachee.server.net;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.util.Arrays;

/**
 * Wraps a private key of PKCS#1 (RSA) or SEC1 (elliptic curves) into PKCS#8, the only form that the JDK reads: a
 * sequence of a version, the algorithm, and the original key. The algorithm is copied from the encoded public key,
 * which begins with it in the same form.
 */
final class Pkcs8 {
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final byte[] VERSION = {2, 1, 0};

    private Pkcs8() {}

    static byte[] wrap(byte[] key, PublicKey publicKey) throws InvalidKeyException {
        byte[] algorithm = algorithmOf(publicKey.getEncoded());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(VERSION);
        body.writeBytes(algorithm);
        body.writeBytes(element(OCTETS, key));
        return element(SEQUENCE, body.toByteArray());
    }

    /** A public key is a sequence, too. Its first element is the algorithm. */
    private static byte[] algorithmOf(byte[] publicKey) throws InvalidKeyException {
        int start = headerLength(publicKey, 0);
        int header = headerLength(publicKey, start);
        int length = publicKey[start + 1] & 0xff;
        if (publicKey[start] != SEQUENCE || header != 2) {
            throw new InvalidKeyException("the public key has an unknown form");
        }
        return Arrays.copyOfRange(publicKey, start, start + header + length);
    }

    /** Bytes of an element's tag and length. */
    private static int headerLength(byte[] encoded, int at) {
        int first = encoded[at + 1] & 0xff;
        return first < 0x80 ? 2 : 2 + (first & 0x7f);
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 5);
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.write(0x83);
            out.write(content.length >> 16);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
