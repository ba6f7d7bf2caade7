package io.cachee.server.tier;

import io.cachee.l2.L2Failure;
import io.cachee.store.Stamp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load brought.
 *
 * @param kind what it is
 * @param value with the stamp behind it, for {@link Kind#VALUE}
 * @param text the error that whoever asked is told
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
        /** It is larger than is taken. */
        TOO_LARGE,
        /** There is no answer, or one that says that there is none for now. */
        FAILED
    }

    static final Loaded NONE = new Loaded(Kind.ABSENT, null, "");

    /** Errors with which L2 says that it cannot answer for now, whatever is asked. */
    private static final List<String> NOT_NOW = List.of("LOADING ", "MASTERDOWN ", "CLUSTERDOWN ", "BUSY ");

    static Loaded failed(String why) {
        return new Loaded(Kind.FAILED, null, "ERR L2 gave no answer: " + why);
    }

    static Loaded failed(L2Failure why) {
        String text = String.valueOf(why.getMessage());
        boolean isTooLarge = why.kind() == L2Failure.Kind.TOO_LARGE;
        return isTooLarge ? new Loaded(Kind.TOO_LARGE, null, "ERR " + text) : failed(text);
    }

    /** What an error says that L2 has replied with. */
    static Loaded error(String text) {
        boolean isForNow = NOT_NOW.stream().anyMatch(text::startsWith);
        return new Loaded(isForNow ? Kind.FAILED : Kind.REFUSED, null, text);
    }

    /** How many bytes the value has. */
    public int length() {
        return value == null ? 0 : value.length - Stamp.BYTES;
    }
}
