package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Loaded;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.Verdict;
import io.cachee.nearcache.WriteBehind;
import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Role;
import io.cachee.server.engine.Session;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads that L1 answers if it can. GET and MGET load a value that L1 lacks; other reads are forwarded then. */
final class L1Reads {
    private static final byte[] GET = {'G', 'E', 'T'};
    /** CACHEE.LEASE looks at no larger value. */
    private static final int MOST_LEASED_BYTES = 12 << 20;

    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final KeptValues kept;
    private final GatheredReads gathered;
    private final ValueQuestions questions;

    /** @param database the database of L2 whose values are kept in L1 */
    L1Reads(NearCache nearCache, Forwarding forwarding, int database) {
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.kept = new KeptValues(nearCache, database);
        this.gathered = new GatheredReads(nearCache, kept, forwarding);
        this.questions = new ValueQuestions(kept, forwarding);
    }

    Handler handlerOf(Command command) {
        if (command.role == Role.VALUE) {
            return this::get;
        }
        return command.role == Role.VALUES ? gathered::get : questions.handlerOf(command);
    }

    private void get(CommandContext call) {
        if (!kept.mayServe(call) || kept.isTooLong(call, 1)) {
            forwarding.pass(call);
            return;
        }
        if (nearCache.writeBehind().pendingKeys() > 0) {
            WriteBehind.Found written = nearCache.writeBehind().find(call.request.bytes(1));
            if (written != null) {
                call.looked(true);
                kept.keyspaceOf(call, 1).count(KeyspaceCounter.HITS);
                call.reply.bulkOrNull(written.value());
                return;
            }
        }
        Keyspace keyspace = kept.keyspaceOf(call, 1);
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

    private void loadAndReply(CommandContext call, Keyspace keyspace) {
        Session session = call.session;
        byte[] key = call.request.bytes(1);
        PendingReply place = call.pendingReply();
        session.loadsAwaited++;
        new Load(key, keyspace, session, place).begin();
    }

    /** A GET that L1 could not answer. Confined to the link's event loop once it has begun. */
    private final class Load {
        private final byte[] key;
        private final Keyspace keyspace;
        private final Session session;
        private final boolean inResp3;
        private final PendingReply place;

        Load(byte[] key, Keyspace keyspace, Session session, PendingReply place) {
            this.key = key;
            this.keyspace = keyspace;
            this.session = session;
            this.inResp3 = session.resp3;
            this.place = place;
        }

        void begin() {
            nearCache.read(key, keyspace, this::loaded);
        }

        private void loaded(Loaded loaded) {
            switch (loaded.kind()) {
                case VALUE -> reply(bulk(loaded));
                case ABSENT -> nearCache.missing(
                        key, keyspace, () -> reply(ReplyEncoder.nothing(inResp3)), this::begin);
                case TOO_LARGE -> forwarding.large().askForValues(session, List.of(GET, key), place, this::end);
                case REFUSED, FAILED -> reply(ReplyEncoder.error(loaded.text()));
            }
        }

        private void reply(ByteBuf reply) {
            Forwarding.deliver(session, place, reply, this::end);
        }

        private void end() {
            session.loadsAwaited--;
        }
    }

    private static ByteBuf bulk(Loaded loaded) {
        byte[] value = Objects.requireNonNull(loaded.value());
        return Forwarding.orError(() -> ReplyEncoder.bulk(value, loaded.length()));
    }

    /** The value of a call's first argument with its stamp behind it, if L1 holds one that may be served. */
    byte @Nullable [] keptValue(CommandContext call) {
        if (!kept.mayServeFirst(call)) {
            return null;
        }
        Keyspace keyspace = kept.keyspaceOf(call, 1);
        byte[] value = kept.findFirst(call, keyspace, MOST_LEASED_BYTES);
        boolean isThere = value != null && !call.stamp.isAbsent();
        if (isThere) {
            call.looked(true);
            keyspace.count(KeyspaceCounter.HITS);
        }
        return isThere ? value : null;
    }
}
