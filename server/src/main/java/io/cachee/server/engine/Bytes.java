package io.cachee.server.engine;

import java.util.Arrays;

/** A string of bytes that can be a key of a map. */
public final class Bytes {
    private final byte[] value;
    private final int hash;

    public Bytes(byte[] value) {
        this.value = value;
        this.hash = Arrays.hashCode(value);
    }

    /** Not to be changed. */
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
        return new String(value, java.nio.charset.StandardCharsets.UTF_8);
    }
}
