package io.cachee.nearcache;

import io.cachee.l2.L2Failure;
import io.cachee.resp.ReplyReader;
import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
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

    private static final byte[] LEASE = Arguments.ascii(NearCache.LEASE);

    /** What the reply to a GET brought. */
    static Loaded of(ByteBuf reply) {
        ReplyReader reader = new ReplyReader(reply);
        char type = reader.next();
        if (type != '$' && !reader.isNull()) {
            return error(reader.text());
        }
        byte[] value = stamped(reader);
        return value == null ? NONE : new Loaded(Kind.VALUE, value, "");
    }

    /** The values in the reply to an MGET of so many keys, with room for a stamp behind each; else null. */
    static byte @Nullable [] @Nullable [] values(ByteBuf reply, int count) {
        ReplyReader reader = new ReplyReader(reply);
        if (reader.next() != '*' || reader.count() != count) {
            return null;
        }
        byte[] @Nullable [] values = new byte[count][];
        for (int i = 0; i < count; i++) {
            if (reader.next() != '$' && !reader.isNull()) {
                return null;
            }
            values[i] = stamped(reader);
        }
        return values;
    }

    /** A value with room for a stamp behind it; null for none, and for the placeholder of a lease. */
    private static byte @Nullable [] stamped(ReplyReader reader) {
        byte[] value = reader.bytes(Stamp.BYTES);
        boolean isLease = value != null
                && value.length - Stamp.BYTES > LEASE.length
                && Arrays.equals(value, 0, LEASE.length, LEASE, 0, LEASE.length);
        return isLease ? null : value;
    }

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
