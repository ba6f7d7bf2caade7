package io.cachee.server.proxy;

import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.Verdict;
import io.cachee.resp.Reply;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.KeyFacts;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.store.KeyState;
import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Tells why a read of a key would hit L1 or miss it: what L1 holds, who vouches for it, and what L2 says of the key.
 * Changes nothing, but that reading the value counts as a use of it.
 */
final class Explanations {
    private static final byte[] PTTL = ascii("PTTL");
    private static final byte[] GETRANGE = ascii("GETRANGE");
    private static final byte[] FIRST = ascii("0");
    private static final byte[] LAST_OF_LEASE = ascii(String.valueOf(NearCache.LEASE.length() - 1));
    /** What PTTL answers for a key that does not exist. */
    private static final long NO_KEY = -2;

    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final KeptValues kept;
    private final int database;

    /** @param database the database of L2 whose values are kept in L1 */
    Explanations(NearCache nearCache, Forwarding forwarding, int database) {
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.kept = new KeptValues(nearCache, database);
        this.database = database;
    }

    void explain(CommandContext call) {
        KeyFacts facts = new KeyFacts();
        if (call.session.database != database) {
            facts.add("answer", "miss, because L1 keeps database " + database + " alone; reads are forwarded to L2");
        } else if (kept.isTooLong(call, 1)) {
            facts.add("answer", "miss, because the key is longer than those that L1 holds; reads are forwarded to L2");
        } else {
            describe(call, facts);
        }
        byte[] key = call.request.bytes(1);
        askL2(call.session, call.pendingReply(), key, facts);
    }

    private void describe(CommandContext call, KeyFacts facts) {
        Keyspace keyspace = kept.keyspaceOf(call, 1);
        if (kept.isWrittenBehind(call, 1)) {
            facts.add("answer", "hit, because the sidecar holds a write of the key that is on its way to L2");
            facts.add("keyspace", describe(keyspace));
            return;
        }
        call.key(1);
        KeyState state = KeyState.of(call.store, call.key, call.keyOffset, call.keyLength);
        int length = call.fetchStamped();
        if (length < 0) {
            facts.add(
                    "answer",
                    state.presence() == KeyState.Presence.EXPIRED
                            ? "miss, because the value in L1 has expired; it would be loaded from L2"
                            : "miss, because L1 holds nothing for the key; it would be loaded from L2");
        } else {
            Verdict verdict = nearCache.judge(call.stamp, keyspace);
            facts.add("answer", answer(call.stamp, keyspace, verdict));
            addValue(facts, call.stamp, length, call.store.clockMillis());
            addFeed(facts, call.stamp, keyspace);
        }
        facts.add("keyspace", describe(keyspace));
        facts.addEviction(call, state);
    }

    private static String answer(Stamp stamp, Keyspace keyspace, Verdict verdict) {
        String what = stamp.isAbsent() ? "knows that the key does not exist" : "holds a value";
        return switch (verdict) {
            case FRESH -> "hit, because L1 " + what;
            case REFRESH -> "hit, because L1 " + what + "; the read would have it loaded again in the background";
            case STALE ->
                keyspace.policy().consistency() == KeyspacePolicy.Consistency.STALE_TOLERANT
                        ? "hit, with a stale value, which is loaded again in the background"
                        : "miss, because the value in L1 is stale; it is served only if L2 does not answer";
            case GONE -> "miss, because what L1 holds may not be served any more; it would be loaded from L2";
        };
    }

    private static void addValue(KeyFacts facts, Stamp stamp, int length, long now) {
        String loaded = "loaded " + KeyFacts.duration(Math.max(0, now - stamp.loadedAt())) + " ago in "
                + KeyFacts.duration(stamp.loadMillis());
        facts.add("value", (stamp.isAbsent() ? "none (negative entry)" : length + " bytes") + ", " + loaded);
        long fresh = stamp.freshUntil() - now;
        facts.add("fresh", fresh > 0 ? "for another " + KeyFacts.duration(fresh) : "until " + ago(-fresh));
        long expiry = stamp.l2Expiry();
        if (expiry > 0) {
            facts.add("expiry", expiry > now ? "in " + KeyFacts.duration(expiry - now) : ago(now - expiry));
        }
    }

    private static String ago(long millis) {
        return KeyFacts.duration(millis) + " ago";
    }

    private void addFeed(KeyFacts facts, Stamp stamp, Keyspace keyspace) {
        int inForce = nearCache.l2().generation(stamp.slot());
        String slot = nearCache.isCluster() ? " of slot " + stamp.slot() : "";
        String ofValue = "generation " + stamp.generation();
        if (stamp.loadedAt() <= keyspace.validSince()) {
            facts.add("feed", "the keyspace was outdated after the value was loaded");
        } else if (inForce == 0) {
            facts.add("feed", "nothing vouches for it: L2 reports no changes" + slot + " now; it is of " + ofValue);
        } else if (inForce == stamp.generation()) {
            facts.add("feed", ofValue + slot + " vouches for it: L2 would report a change");
        } else {
            facts.add("feed", ofValue + slot + " vouched for it, and has ended; " + inForce + " is in force");
        }
    }

    private static String describe(Keyspace keyspace) {
        KeyspacePolicy policy = keyspace.policy();
        return keyspace.name() + ", "
                + policy.consistency().name().toLowerCase(Locale.ROOT).replace('_', '-')
                + ", at most " + KeyFacts.duration(policy.l1TtlMillis()) + " in L1, absence at most "
                + KeyFacts.duration(policy.negativeTtlMillis());
    }

    // ---------------------------------------------------------------- what L2 says

    /** Asks for the time to live, which tells whether there is a key, and for the beginning of the value. */
    private void askL2(Session session, PendingReply place, byte[] key, KeyFacts facts) {
        int asked = session.database;
        Consumer<String> end = words -> {
            String[] lines = facts.add("L2", words).lines().toArray(String[]::new);
            Forwarding.deliver(session, place, RequestEncoder.encode(lines), () -> {});
        };
        forwarding.onLink(() -> ask(key, asked, RequestEncoder.encode(PTTL, key), end, ttl -> {
            if (ttl.isError()) {
                end.accept("does not tell: " + ttl.text());
            } else if (ttl.number() == NO_KEY) {
                end.accept("has no such key");
            } else {
                ByteBuf beginning = RequestEncoder.encode(GETRANGE, key, FIRST, LAST_OF_LEASE);
                ask(key, asked, beginning, end, start -> end.accept(inL2(start, ttl.number())));
            }
        }));
    }

    private void ask(byte[] key, int asked, ByteBuf request, Consumer<String> end, Consumer<Reply> then) {
        int slot = nearCache.l2().slotOf(key, 0, key.length);
        nearCache.l2().send(request, slot, RespVersion.EITHER, asked, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                then.accept(Reply.of(frame));
            }

            @Override
            public void failed(L2Failure why) {
                end.accept("does not answer: " + why.getMessage());
            }
        });
    }

    private static String inL2(Reply start, long millis) {
        String left = millis < 0 ? ", without an expiry" : ", for another " + KeyFacts.duration(millis);
        if (start.isError()) {
            return "holds something that GET does not read" + left;
        }
        return start.text().equals(NearCache.LEASE)
                ? "holds a lease: a client is filling the key, and readers find none" + left
                : "holds the key" + left;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
