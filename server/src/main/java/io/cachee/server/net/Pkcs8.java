package io.cachee.server.net;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.security.PublicKey;

/**
 * Dresses a private key of PKCS#1 (RSA) or SEC1 (elliptic curves) as PKCS#8, the only form that the JDK reads: a
 * sequence of a version, of what kind of key it is, and of the key as it was. What kind it is stands at the beginning
 * of the encoded public key, in just the form that is wanted here.
 */
final class Pkcs8 {
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final byte[] VERSION = {2, 1, 0};

    private Pkcs8() {}

    static byte[] wrap(byte[] key, PublicKey counterpart) throws InvalidKeyException {
        byte[] kind = kindOf(counterpart.getEncoded());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(VERSION);
        body.writeBytes(kind);
        body.writeBytes(element(OCTETS, key));
        return element(SEQUENCE, body.toByteArray());
    }

    /** The first element within the sequence that a public key is. */
    private static byte[] kindOf(byte[] publicKey) throws InvalidKeyException {
        int start = headerLength(publicKey, 0);
        int header = headerLength(publicKey, start);
        int length = publicKey[start + 1] & 0xff;
        if (publicKey[start] != SEQUENCE || header != 2) {
            throw new InvalidKeyException("a public key of an unknown form");
        }
        byte[] kind = new byte[header + length];
        System.arraycopy(publicKey, start, kind, 0, kind.length);
        return kind;
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
