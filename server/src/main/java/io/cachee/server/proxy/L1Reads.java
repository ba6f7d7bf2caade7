package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Loaded;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.Verdict;
import io.cachee.nearcache.WriteBehind;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.Request;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are answered from L1. GET and MGET load what is not there, and keep it; others that find nothing travel on
 * to L2, for they need not the value.
 */
final class L1Reads {
    /** An MGET of more keys is L2's, where that can answer all of it: to load each would be more than may wait. */
    private static final int MOST_KEYS = 5_000;
    /** How much one MGET may hold that finds all it asks for. */
    private static final int MOST_FOUND = 12 << 20;
    /** How much one may hold while it waits for values, and how much all may together. */
    private static final int MOST_GATHERED = 4 << 20;

    private static final long MOST_GATHERED_BY_ALL = 16 << 20;
    /** A larger value is not read to answer a question about it. */
    private static final int MOST_TO_LOOK_AT = 64 << 10;

    /** In place of a value, which has a stamp behind it always. */
    private static final byte[] TOO_MUCH = {};

    private static final byte[] GET = {'G', 'E', 'T'};
    private static final byte[] MGET = {'M', 'G', 'E', 'T'};

    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final int database;
    private final AtomicLong gathered = new AtomicLong();

    L1Reads(NearCache nearCache, Forwarding forwarding, int database) {
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.database = database;
    }

    Handler handlerOf(Command command) {
        return switch (command.role) {
            case VALUE -> this::get;
            case VALUES -> this::getMany;
            case EXISTENCE -> this::exists;
            case LENGTH -> this::length;
            case RANGE -> this::range;
            case TTL_SECONDS -> call -> timeToLive(call, true);
            case TTL_MILLIS -> call -> timeToLive(call, false);
            case EXPIRY -> this::expireTime;
            case null, default -> throw new IllegalArgumentException(command.name + " is no read of a value");
        };
    }

    /** Whether this client is to be answered from L1 at all now. */
    private boolean isKeptHere(CommandContext call) {
        return call.session.database == database && call.session.writesAwaited == 0;
    }

    private Keyspace keyspaceOf(CommandContext call, int argument) {
        Request request = call.request;
        return nearCache.keyspaces().of(request.buffer(), request.start(argument), request.length(argument));
    }

    // ---------------------------------------------------------------- whole values

    private void get(CommandContext call) {
        if (!isKeptHere(call) || isTooLong(call, 1)) {
            forwarding.pass(call);
            return;
        }
        if (nearCache.writeBehind().pendingKeys() > 0) {
            WriteBehind.Found written = nearCache.writeBehind().find(call.request.bytes(1));
            if (written != null) {
                call.looked(true);
                keyspaceOf(call, 1).count(KeyspaceCounter.HITS);
                call.reply.bulkOrNull(written.value());
                return;
            }
        }
        Keyspace keyspace = keyspaceOf(call, 1);
        boolean tolerant = keyspace.policy().consistency() == KeyspacePolicy.Consistency.STALE_TOLERANT;
        int length = call.key(1).fetchStamped();
        Verdict verdict = length < 0 ? Verdict.GONE : nearCache.judge(call.stamp, keyspace);
        if (verdict == Verdict.GONE || verdict == Verdict.STALE && !tolerant) {
            call.looked(false);
            keyspace.count(KeyspaceCounter.MISSES);
            loadAndReply(call, keyspace);
            return;
        }
        if (call.stamp.isAbsent()) {
            keyspace.count(KeyspaceCounter.NEGATIVE_HITS);
            call.reply.nothing();
        } else {
            call.replyStamped(length);
        }
        call.looked(true);
        keyspace.count(KeyspaceCounter.HITS);
        if (verdict != Verdict.FRESH) {
            if (verdict == Verdict.STALE) {
                keyspace.count(KeyspaceCounter.STALE_SERVED);
            }
            nearCache.refresh(call.request.bytes(1), keyspace);
        }
    }

    /** Whether the last write of one of its keys may not be in L2 yet. */
    private boolean isWrittenBehind(CommandContext call) {
        return forwarding.writtenBehind(call).stream()
                .anyMatch(key -> nearCache.writeBehind().find(key) != null);
    }

    private static boolean isTooLong(CommandContext call, int argument) {
        return call.request.length(argument) > Store.MAX_KEY_SIZE - call.shared.databases.prefixBytes();
    }

    private void loadAndReply(CommandContext call, Keyspace keyspace) {
        Session session = call.session;
        byte[] key = call.request.bytes(1);
        PendingReply later = call.later();
        session.loadsAwaited++;
        Runnable over = () -> session.loadsAwaited--;
        new Asking(
                        key,
                        keyspace,
                        session.resp3,
                        reply -> Forwarding.deliver(session, later, reply, over),
                        () -> askForLarge(session, List.of(GET, key), later, over))
                .ask();
    }

    /** Has the client given what is too large to be held. */
    private void askForLarge(Session session, List<byte[]> words, PendingReply later, Runnable over) {
        byte[] request = RequestEncoder.bytes(words.toArray(new byte[0][]));
        int slot = slotOf(words.get(1));
        if (words.stream().skip(2).anyMatch(key -> slotOf(key) != slot)) {
            String why =
                    "ERR the values are too large to be held together, and of several slots: ask for fewer at once";
            Forwarding.deliver(session, later, ReplyEncoder.error(why), over);
            return;
        }
        forwarding.large().ask(new LargeReplies.Asked(session, request, slot, database, later, over));
    }

    private int slotOf(byte[] key) {
        return nearCache.l2().slotOf(key, 0, key.length);
    }

    /** A GET that L1 could not answer. Of the link's event loop once it was asked. */
    private final class Asking {
        private final byte[] key;
        private final Keyspace keyspace;
        private final boolean resp3;
        private final Consumer<ByteBuf> answer;
        private final Runnable tooLarge;

        Asking(byte[] key, Keyspace keyspace, boolean resp3, Consumer<ByteBuf> answer, Runnable tooLarge) {
            this.key = key;
            this.keyspace = keyspace;
            this.resp3 = resp3;
            this.answer = answer;
            this.tooLarge = tooLarge;
        }

        void ask() {
            nearCache.read(key, keyspace, this::came);
        }

        private void came(Loaded loaded) {
            switch (loaded.kind()) {
                case VALUE -> answer.accept(bulk(loaded));
                case ABSENT ->
                    nearCache.missing(key, keyspace, () -> answer.accept(ReplyEncoder.nothing(resp3)), this::ask);
                case TOO_LARGE -> tooLarge.run();
                case REFUSED, FAILED -> answer.accept(ReplyEncoder.error(loaded.text()));
            }
        }
    }

    private static ByteBuf bulk(Loaded loaded) {
        byte[] value = Objects.requireNonNull(loaded.value());
        return Forwarding.orError(() -> ReplyEncoder.bulk(value, loaded.length()));
    }

    // ---------------------------------------------------------------- several values

    private void getMany(CommandContext call) {
        int count = call.count() - 1;
        boolean isTooMany = count > MOST_KEYS && !nearCache.isCluster();
        boolean kept = !isTooMany && isKeptHere(call) && !isWrittenBehind(call);
        for (int i = 1; i <= count && kept; i++) {
            kept = !isTooLong(call, i);
        }
        if (!kept) {
            forwarding.pass(call);
            return;
        }
        List<byte @Nullable []> values = new ArrayList<>(count);
        int missing = 0;
        long size = 0;
        for (int i = 0; i < count; i++) {
            Keyspace keyspace = keyspaceOf(call, i + 1);
            byte[] found = fresh(call.key(i + 1), keyspace, (int) (MOST_FOUND - size));
            size += found == null ? 0 : found.length;
            if (found != null && found.length == 0) {
                askForLarge(call);
                return;
            }
            call.looked(found != null);
            keyspace.count(found != null ? KeyspaceCounter.HITS : KeyspaceCounter.MISSES);
            values.add(found);
            missing += found == null ? 1 : 0;
        }
        if (missing == 0) {
            call.reply.array(count);
            for (byte[] value : values) {
                replyWith(call, value);
            }
        } else {
            new Gathering(call, values, missing, size).load();
        }
    }

    /** What an MGET asks for is more than may be held: L2 answers it. */
    private void askForLarge(CommandContext call) {
        Session session = call.session;
        PendingReply later = call.later();
        session.loadsAwaited++;
        askForLarge(session, wordsOf(call), later, () -> session.loadsAwaited--);
    }

    private static List<byte[]> wordsOf(CommandContext call) {
        List<byte[]> words = new ArrayList<>(call.count());
        words.add(MGET);
        for (int i = 1; i < call.count(); i++) {
            words.add(call.request.bytes(i));
        }
        return words;
    }

    private void replyWith(CommandContext call, byte @Nullable [] stamped) {
        if (stamped == null || call.stamp.read(stamped, stamped.length).isAbsent()) {
            call.reply.nothing();
        } else {
            call.reply.bulk(stamped, 0, stamped.length - Stamp.BYTES);
        }
    }

    /**
     * The values of an MGET while they come: of the link's event loop once they are loaded. When they are more than may
     * be held, L2 answers all of it.
     */
    private final class Gathering {
        private final Session session;
        private final boolean resp3;
        private final PendingReply place;
        private final List<byte[]> words;
        /** With their stamps, null for those that there are not. */
        private final List<byte @Nullable []> values;

        private final List<Keyspace> keyspaces = new ArrayList<>();
        private int missing;
        private long size;
        private boolean isTooMuch;
        private @Nullable Loaded failure;

        Gathering(CommandContext call, List<byte @Nullable []> values, int missing, long size) {
            this.session = call.session;
            this.resp3 = session.resp3;
            this.values = values;
            this.missing = missing;
            this.words = wordsOf(call);
            for (int i = 1; i < call.count(); i++) {
                keyspaces.add(keyspaceOf(call, i));
            }
            this.place = call.later();
            session.loadsAwaited++;
            grow(size);
        }

        void load() {
            if (isTooMuch) {
                end();
                return;
            }
            List<Integer> absent = new ArrayList<>(missing);
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i) == null) {
                    absent.add(i);
                }
            }
            for (int index : absent) {
                nearCache.read(words.get(index + 1), keyspaces.get(index), loaded -> came(index, loaded));
            }
        }

        private void grow(long more) {
            size += more;
            boolean isOfAll = gathered.addAndGet(more) > MOST_GATHERED_BY_ALL;
            if (size > MOST_GATHERED || isOfAll) {
                abandon();
            }
        }

        private void abandon() {
            isTooMuch = true;
            values.clear();
            shrink();
        }

        private void shrink() {
            gathered.addAndGet(-size);
            size = 0;
        }

        private void came(int index, Loaded loaded) {
            boolean isOfAnotherType =
                    loaded.kind() == Loaded.Kind.REFUSED && loaded.text().startsWith("WRONGTYPE");
            if (loaded.kind() == Loaded.Kind.TOO_LARGE) {
                abandon();
            } else if (loaded.kind() == Loaded.Kind.REFUSED && !isOfAnotherType) {
                failure = loaded;
            } else if (loaded.kind() == Loaded.Kind.FAILED) {
                failure = failure == null ? loaded : failure;
            } else if (!isTooMuch) {
                // As MGET has it: what is no string is not there.
                byte[] value = loaded.value();
                values.set(index, value);
                grow(value == null ? 0 : value.length);
            }
            missing--;
            if (missing == 0) {
                end();
            }
        }

        private void end() {
            Runnable over = () -> session.loadsAwaited--;
            Loaded failed = failure;
            if (failed != null) {
                Forwarding.deliver(session, place, ReplyEncoder.error(failed.text()), over);
            } else if (isTooMuch) {
                askForLarge(session, words, place, over);
            } else {
                Forwarding.deliver(session, place, array(), over);
            }
            shrink();
        }

        private ByteBuf array() {
            int length = (int) size + (1 + values.size()) * ReplyEncoder.MOST_AROUND;
            return Forwarding.orError(() -> {
                ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(length);
                ReplyEncoder.writeArray(out, values.size());
                Stamp stamp = new Stamp();
                for (byte[] value : values) {
                    if (value == null || stamp.read(value, value.length).isAbsent()) {
                        ReplyEncoder.writeNothing(out, resp3);
                    } else {
                        ReplyEncoder.writeBulk(out, value, value.length - Stamp.BYTES);
                    }
                }
                return out;
            });
        }
    }

    private static byte @Nullable [] orNothing(byte @Nullable [] value) {
        return value == null || value.length == 0 ? null : value;
    }

    /** The value of the key chosen, with its stamp, if it may be served; {@link #TOO_MUCH} if it is too large. */
    private byte @Nullable [] fresh(CommandContext call, Keyspace keyspace, int most) {
        if (!call.describe()) {
            return null;
        }
        if (call.info.valueLength() > most) {
            return TOO_MUCH;
        }
        byte[] value = call.peek();
        if (value == null || value.length < Stamp.BYTES) {
            return null;
        }
        Stamp stamp = call.stamp.read(value, value.length);
        Verdict verdict = nearCache.judge(stamp, keyspace);
        if (verdict == Verdict.REFRESH) {
            nearCache.refresh(call.keyName(), keyspace);
        }
        return verdict == Verdict.FRESH || verdict == Verdict.REFRESH ? value : null;
    }

    /** The value of a call's first argument, with its stamp behind it, if L1 holds one that is current. */
    byte @Nullable [] keptValue(CommandContext call) {
        if (!isKeptHere(call) || isTooLong(call, 1) || isWrittenBehind(call)) {
            return null;
        }
        Keyspace keyspace = keyspaceOf(call, 1);
        byte[] value = orNothing(fresh(call.key(1), keyspace, MOST_FOUND));
        boolean isThere = value != null && !call.stamp.isAbsent();
        if (isThere) {
            call.looked(true);
            keyspace.count(KeyspaceCounter.HITS);
        }
        return isThere ? value : null;
    }

    // ---------------------------------------------------------------- about values

    /** What is asked of a value that was found. */
    private interface Answer {
        void give(byte @Nullable [] value, int length, Stamp stamp);
    }

    private void ask(CommandContext call, Answer answer) {
        byte[] value = null;
        if (isKeptHere(call) && !isTooLong(call, 1) && !isWrittenBehind(call)) {
            Keyspace keyspace = keyspaceOf(call, 1);
            value = orNothing(fresh(call.key(1), keyspace, MOST_TO_LOOK_AT));
            call.looked(value != null);
            keyspace.count(value != null ? KeyspaceCounter.HITS : KeyspaceCounter.MISSES);
        }
        if (value == null) {
            forwarding.pass(call);
        } else {
            boolean isAbsent = call.stamp.isAbsent();
            answer.give(isAbsent ? null : value, value.length - Stamp.BYTES, call.stamp);
        }
    }

    private void exists(CommandContext call) {
        if (call.count() != 2) {
            forwarding.pass(call);
        } else {
            ask(call, (value, _, _) -> call.reply.integer(value == null ? 0 : 1));
        }
    }

    private void length(CommandContext call) {
        ask(call, (value, length, _) -> call.reply.integer(value == null ? 0 : length));
    }

    private void range(CommandContext call) {
        long from = Decimal.integer(call.request, 2);
        long to = Decimal.integer(call.request, 3);
        ask(call, (value, length, _) -> {
            long first = Math.max(0, from < 0 ? length + from : from);
            long last = Math.min(length - 1L, Math.max(0, to < 0 ? length + to : to));
            boolean isEmpty = first > last || from < 0 && to < 0 && from > to;
            if (value == null || isEmpty) {
                call.reply.bulk("");
            } else {
                call.reply.bulk(value, (int) first, (int) (last - first + 1));
            }
        });
    }

    private void timeToLive(CommandContext call, boolean inSeconds) {
        ask(call, (value, _, stamp) -> {
            if (stamp.kind() == Stamp.Kind.COPY) {
                forwarding.pass(call);
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
    private void expireTime(CommandContext call) {
        ask(call, (value, _, stamp) -> {
            boolean isKnown = stamp.kind() != Stamp.Kind.COPY && (value == null || stamp.l2Expiry() == 0);
            if (isKnown) {
                call.reply.integer(value == null ? -2 : -1);
            } else {
                forwarding.pass(call);
            }
        });
    }
}
