package io.cachee.server.tier;

import io.cachee.store.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * What a load brought.
 *
 * @param kind what it is
 * @param value with the stamp behind it, for {@link Kind#VALUE}
 * @param text the error of the server, or why there is no answer
 */
// Never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Loaded(Kind kind, byte @Nullable [] value, String text) {
    /** What a load brought. */
    public enum Kind {
        VALUE,
        /** L2 has no such key. */
        ABSENT,
        /** The server refused: the key is of another type, say. */
        REFUSED,
        /** There is no answer. */
        FAILED
    }

    static final Loaded NONE = new Loaded(Kind.ABSENT, null, "");

    /** How many bytes the value has. */
    public int length() {
        return value == null ? 0 : value.length - Stamp.BYTES;
    }
}
