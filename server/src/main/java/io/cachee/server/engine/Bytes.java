package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Bytes that can be the key of a map. */
public final class Bytes {
    private final byte[] value;
    private final int hash;

    public Bytes(byte[] value) {
        this.value = value;
        this.hash = Arrays.hashCode(value);
    }

    /** Must not be changed. */
    public byte[] value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && hash == bytes.hash && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(value, UTF_8);
    }
}
