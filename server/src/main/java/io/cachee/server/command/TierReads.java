package io.cachee.server.command;

import io.cachee.server.resp.Request;
import io.cachee.server.tier.Keyspace;
import io.cachee.server.tier.KeyspacePolicy;
import io.cachee.server.tier.Loaded;
import io.cachee.server.tier.Tier;
import io.cachee.server.tier.Verdict;
import io.cachee.server.tier.WriteBehind;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are answered from L1. GET and MGET load what is not there, and keep it; others that find nothing travel on
 * to L2, for they need not the value.
 */
final class TierReads {
    /** A larger value is not read to answer a question about it. */
    private static final int MOST_TO_LOOK_AT = 64 << 10;

    private static final byte[] CRLF = {'\r', '\n'};

    private final Tier tier;
    private final PassThrough passing;
    private final int database;
    private final Map<String, Handler> handlers = Map.of(
            "get", this::get,
            "mget", this::getMany,
            "exists", this::exists,
            "strlen", this::length,
            "getrange", this::range,
            "substr", this::range,
            "ttl", call -> timeToLive(call, true),
            "pttl", call -> timeToLive(call, false),
            "expiretime", this::expireTime,
            "pexpiretime", this::expireTime);

    TierReads(Tier tier, PassThrough passing, int database) {
        this.tier = tier;
        this.passing = passing;
        this.database = database;
    }

    @Nullable
    Handler handlerOf(String command) {
        return handlers.get(command);
    }

    /** Whether this client is to be answered from L1 at all now. */
    private boolean isKeptHere(Call call) {
        return call.session.database == database && call.session.writesAwaited == 0;
    }

    private Keyspace keyspaceOf(Call call, int argument) {
        Request request = call.request;
        return tier.keyspaces().of(request.buffer(), request.start(argument), request.length(argument));
    }

    // ---------------------------------------------------------------- whole values

    private void get(Call call) {
        if (!isKeptHere(call) || isTooLong(call, 1)) {
            passing.pass(call);
            return;
        }
        if (tier.writeBehind().pendingKeys() > 0) {
            WriteBehind.Found written = tier.writeBehind().find(call.request.bytes(1));
            if (written != null) {
                call.looked(true);
                keyspaceOf(call, 1).hits.increment();
                call.reply.bulkOrNull(written.value());
                return;
            }
        }
        Keyspace keyspace = keyspaceOf(call, 1);
        boolean tolerant = keyspace.policy().consistency() == KeyspacePolicy.Consistency.STALE_TOLERANT;
        Verdict verdict = call.key(1).replyIfServable(tier, keyspace, tolerant);
        if (verdict == Verdict.GONE || verdict == Verdict.STALE && !tolerant) {
            call.looked(false);
            keyspace.misses.increment();
            loadAndReply(call, keyspace);
            return;
        }
        call.looked(true);
        keyspace.hits.increment();
        if (verdict != Verdict.FRESH) {
            keyspace.staleServed.add(verdict == Verdict.STALE ? 1 : 0);
            tier.refresh(call.request.bytes(1), keyspace);
        }
    }

    /** Whether the last write of one of its keys may not be in L2 yet. */
    private boolean isWrittenBehind(Call call) {
        return passing.writtenBehind(call).stream()
                .anyMatch(key -> tier.writeBehind().find(key) != null);
    }

    private static boolean isTooLong(Call call, int argument) {
        return call.request.length(argument) > Store.MAX_KEY_SIZE - call.instance.databases.prefixBytes();
    }

    private void loadAndReply(Call call, Keyspace keyspace) {
        Session session = call.session;
        byte[] key = call.request.bytes(1);
        Later later = call.later();
        session.loadsAwaited++;
        new Asking(
                        key,
                        keyspace,
                        session.resp3,
                        reply -> PassThrough.deliver(session, later, reply, () -> session.loadsAwaited--))
                .ask();
    }

    /** A GET that L1 could not answer. Of the link's event loop once it was asked. */
    private final class Asking {
        private final byte[] key;
        private final Keyspace keyspace;
        private final boolean resp3;
        private final Consumer<ByteBuf> answer;

        Asking(byte[] key, Keyspace keyspace, boolean resp3, Consumer<ByteBuf> answer) {
            this.key = key;
            this.keyspace = keyspace;
            this.resp3 = resp3;
            this.answer = answer;
        }

        void ask() {
            tier.read(key, keyspace, this::came);
        }

        private void came(Loaded loaded) {
            switch (loaded.kind()) {
                case VALUE -> answer.accept(bulk(loaded.value(), loaded.length()));
                case ABSENT -> tier.missing(key, keyspace, () -> answer.accept(nothing(resp3)), this::ask);
                case REFUSED, FAILED -> answer.accept(PassThrough.error(loaded.text()));
            }
        }
    }

    private static ByteBuf bulk(byte @Nullable [] value, int length) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(length + 16);
        PassThrough.header(out, '$', length);
        return out.writeBytes(value == null ? CRLF : value, 0, length).writeBytes(CRLF);
    }

    private static ByteBuf nothing(boolean resp3) {
        ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(5);
        return resp3
                ? out.writeByte('_').writeBytes(CRLF)
                : out.writeByte('$').writeByte('-').writeByte('1').writeBytes(CRLF);
    }

    // ---------------------------------------------------------------- several values

    private void getMany(Call call) {
        int count = call.count() - 1;
        boolean kept = isKeptHere(call) && !isWrittenBehind(call);
        for (int i = 1; i <= count && kept; i++) {
            kept = !isTooLong(call, i);
        }
        if (!kept) {
            passing.pass(call);
            return;
        }
        Gathering gathering = new Gathering(call.session, count);
        int missing = 0;
        for (int i = 0; i < count; i++) {
            Keyspace keyspace = keyspaceOf(call, i + 1);
            byte[] found = fresh(call.key(i + 1), keyspace, Integer.MAX_VALUE);
            call.looked(found != null);
            (found != null ? keyspace.hits : keyspace.misses).increment();
            gathering.values.set(i, found);
            missing += found == null ? 1 : 0;
        }
        if (missing == 0) {
            call.reply.array(count);
            for (byte[] value : gathering.values) {
                replyWith(call, value);
            }
            return;
        }
        gathering.begin(missing, call.later());
        for (int i = 0; i < count; i++) {
            if (gathering.values.get(i) == null) {
                int index = i;
                byte[] key = call.request.bytes(i + 1);
                Keyspace keyspace = keyspaceOf(call, i + 1);
                tier.read(key, keyspace, loaded -> gathering.came(index, loaded));
            }
        }
    }

    private void replyWith(Call call, byte @Nullable [] stamped) {
        if (stamped == null || call.stamp.read(stamped, stamped.length).isAbsent()) {
            call.reply.nothing();
        } else {
            call.reply.bulk(stamped, 0, stamped.length - Stamp.BYTES);
        }
    }

    /** The values of an MGET while they come. After {@link #begin}, of the link's event loop. */
    private static final class Gathering {
        private final Session session;
        private final boolean resp3;
        /** With their stamps, null for those that there are not. */
        private final List<byte @Nullable []> values;

        private int missing;
        private @Nullable Later later;
        private @Nullable Loaded failure;

        Gathering(Session session, int count) {
            this.session = session;
            this.resp3 = session.resp3;
            this.values = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                values.add(null);
            }
        }

        void begin(int awaited, Later place) {
            missing = awaited;
            later = place;
            session.loadsAwaited++;
        }

        void came(int index, Loaded loaded) {
            boolean isOfAnotherType =
                    loaded.kind() == Loaded.Kind.REFUSED && loaded.text().startsWith("WRONGTYPE");
            if (loaded.kind() == Loaded.Kind.REFUSED && !isOfAnotherType) {
                failure = loaded;
            } else if (loaded.kind() == Loaded.Kind.FAILED) {
                failure = failure == null ? loaded : failure;
            } else {
                // As MGET has it: what is no string is not there.
                values.set(index, loaded.value());
            }
            Later place = later;
            if (--missing == 0 && place != null) {
                Loaded failed = failure;
                PassThrough.deliver(
                        session,
                        place,
                        failed == null ? array() : PassThrough.error(failed.text()),
                        () -> session.loadsAwaited--);
            }
        }

        private ByteBuf array() {
            int length = 16;
            for (byte[] value : values) {
                length += value == null ? 5 : value.length + 16;
            }
            ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            PassThrough.header(out, '*', values.size());
            Stamp stamp = new Stamp();
            for (byte[] value : values) {
                boolean isThere =
                        value != null && !stamp.read(value, value.length).isAbsent();
                ByteBuf one = value != null && isThere ? bulk(value, value.length - Stamp.BYTES) : nothing(resp3);
                out.writeBytes(one);
                one.release();
            }
            return out;
        }
    }

    /** The value of the key chosen, with its stamp, if it may be served and is not too large. */
    private byte @Nullable [] fresh(Call call, Keyspace keyspace, int most) {
        if (!call.describe() || call.info.valueLength() > most) {
            return null;
        }
        byte[] value = call.peek();
        if (value == null || value.length < Stamp.BYTES) {
            return null;
        }
        Stamp stamp = call.stamp.read(value, value.length);
        Verdict verdict = tier.judge(stamp, keyspace);
        if (verdict == Verdict.REFRESH) {
            tier.refresh(call.keyName(), keyspace);
        }
        return verdict == Verdict.FRESH || verdict == Verdict.REFRESH ? value : null;
    }

    /** The value of a call's first argument, with its stamp behind it, if L1 holds one that is current. */
    byte @Nullable [] keptValue(Call call) {
        if (!isKeptHere(call) || isTooLong(call, 1) || isWrittenBehind(call)) {
            return null;
        }
        Keyspace keyspace = keyspaceOf(call, 1);
        byte[] value = fresh(call.key(1), keyspace, Integer.MAX_VALUE);
        boolean isThere = value != null && !call.stamp.isAbsent();
        if (isThere) {
            call.looked(true);
            keyspace.hits.increment();
        }
        return isThere ? value : null;
    }

    // ---------------------------------------------------------------- about values

    /** What is asked of a value that was found. */
    private interface Answer {
        void give(byte @Nullable [] value, int length, Stamp stamp);
    }

    private void ask(Call call, Answer answer) {
        byte[] value = null;
        if (isKeptHere(call) && !isTooLong(call, 1) && !isWrittenBehind(call)) {
            Keyspace keyspace = keyspaceOf(call, 1);
            value = fresh(call.key(1), keyspace, MOST_TO_LOOK_AT);
            call.looked(value != null);
            (value != null ? keyspace.hits : keyspace.misses).increment();
        }
        if (value == null) {
            passing.pass(call);
        } else {
            boolean isAbsent = call.stamp.isAbsent();
            answer.give(isAbsent ? null : value, value.length - Stamp.BYTES, call.stamp);
        }
    }

    private void exists(Call call) {
        if (call.count() != 2) {
            passing.pass(call);
        } else {
            ask(call, (value, _, _) -> call.reply.integer(value == null ? 0 : 1));
        }
    }

    private void length(Call call) {
        ask(call, (value, length, _) -> call.reply.integer(value == null ? 0 : length));
    }

    private void range(Call call) {
        long from = Decimal.integer(call.request, 2);
        long to = Decimal.integer(call.request, 3);
        ask(call, (value, length, _) -> {
            long first = Math.max(0, from < 0 ? length + from : from);
            long last = Math.min(length - 1L, Math.max(0, to < 0 ? length + to : to));
            boolean isEmpty = value == null || first > last || from < 0 && to < 0 && from > to;
            call.reply.bulk(
                    value == null ? CRLF : value, isEmpty ? 0 : (int) first, isEmpty ? 0 : (int) (last - first + 1));
        });
    }

    private void timeToLive(Call call, boolean inSeconds) {
        ask(call, (value, _, stamp) -> {
            if (stamp.kind() == Stamp.Kind.COPY) {
                passing.pass(call);
                return;
            }
            if (value == null || stamp.l2Expiry() == 0) {
                call.reply.integer(value == null ? -2 : -1);
                return;
            }
            long millis = Math.max(0, stamp.l2Expiry() - call.store.clockMillis());
            call.reply.integer(inSeconds ? (millis + 500) / 1_000 : millis);
        });
    }

    /** When exactly a key expires only L2 knows; that it does not is known here. */
    private void expireTime(Call call) {
        ask(call, (value, _, stamp) -> {
            boolean isKnown = stamp.kind() != Stamp.Kind.COPY && (value == null || stamp.l2Expiry() == 0);
            if (isKnown) {
                call.reply.integer(value == null ? -2 : -1);
            } else {
                passing.pass(call);
            }
        });
    }
}
