package io.cachee.nearcache;

import io.cachee.l2.L2Failure;
import io.cachee.resp.ReplyReader;
import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a load.
 *
 * @param value for {@link Kind#VALUE}: the value, with its stamp or room for one behind it
 * @param text the error to reply with; empty unless there is one
 */
// Results are never compared.
@SuppressWarnings("ArrayRecordComponent")
public record Loaded(Kind kind, byte @Nullable [] value, String text) {
    /** What the load found. */
    public enum Kind {
        VALUE,
        /** The key does not exist in L2. */
        ABSENT,
        /** L2 replied with an error, for instance because the key is of another type. */
        REFUSED,
        /** The value is larger than the largest reply that the link accepts. */
        TOO_LARGE,
        /** L2 did not answer, or replied that it cannot answer at the moment. */
        FAILED
    }

    static final Loaded NONE = new Loaded(Kind.ABSENT, null, "");

    /** Errors that mean that L2 cannot answer any request at the moment. */
    private static final List<String> NOT_NOW = List.of("LOADING ", "MASTERDOWN ", "CLUSTERDOWN ", "BUSY ");

    private static final byte[] LEASE = Arguments.ascii(NearCache.LEASE);

    /** The result in the reply to a GET. */
    static Loaded of(ByteBuf reply) {
        ReplyReader reader = new ReplyReader(reply);
        char type = reader.next();
        if (type != '$' && !reader.isNull()) {
            return error(reader.text());
        }
        byte[] value = stamped(reader);
        return value == null ? NONE : new Loaded(Kind.VALUE, value, "");
    }

    /** The values in the reply to an MGET, with room for a stamp behind each; null if it is not such a reply. */
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

    /** A value with room for a stamp behind it; null for a missing key and for the placeholder of a lease. */
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

    /** The result that an error of L2 means. */
    static Loaded error(String text) {
        boolean isForNow = NOT_NOW.stream().anyMatch(text::startsWith);
        return new Loaded(isForNow ? Kind.FAILED : Kind.REFUSED, null, text);
    }

    /** The length of the value without its stamp. */
    public int length() {
        return value == null ? 0 : value.length - Stamp.BYTES;
    }
}
