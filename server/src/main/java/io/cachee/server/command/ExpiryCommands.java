package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Store;

/** EXPIRE, TTL, PERSIST and the like. */
final class ExpiryCommands {
    /** How often EXPIRE stores again because the clock ticked between computing the TTL and storing it. */
    private static final int TICKS = 3;

    private ExpiryCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("expire -3 write,fast @keyspace RWu:1 FORWARD", call -> expire(call, true, false));
        rows.add("pexpire -3 write,fast @keyspace RWu:1 FORWARD", call -> expire(call, false, false));
        rows.add("expireat -3 write,fast @keyspace RWu:1 FORWARD", call -> expire(call, true, true));
        rows.add("pexpireat -3 write,fast @keyspace RWu:1 FORWARD", call -> expire(call, false, true));

        rows.add(
                "ttl 2 readonly,fast @keyspace ROa:1 L1_READ as=ttl-seconds",
                call -> call.reply.integer(seconds(ttl(call))));
        rows.add("pttl 2 readonly,fast @keyspace ROa:1 L1_READ as=ttl-millis", call -> call.reply.integer(ttl(call)));
        rows.add(
                "expiretime 2 readonly,fast @keyspace ROa:1 L1_READ as=expiry",
                call -> call.reply.integer(seconds(moment(call))));
        rows.add(
                "pexpiretime 2 readonly,fast @keyspace ROa:1 L1_READ as=expiry",
                call -> call.reply.integer(moment(call)));

        rows.add("persist 2 write,fast @keyspace RWu:1 FORWARD", ExpiryCommands::persist);
    }

    /** The options NX, XX, GT and LT of EXPIRE and the like. */
    private record Condition(boolean ifNone, boolean ifAny, boolean ifLater, boolean ifSooner) {
        static Condition parse(CommandContext call) {
            boolean nx = false;
            boolean xx = false;
            boolean gt = false;
            boolean lt = false;
            for (int i = 3; i < call.count(); i++) {
                if (call.request.is(i, "NX")) {
                    nx = true;
                } else if (call.request.is(i, "XX")) {
                    xx = true;
                } else if (call.request.is(i, "GT")) {
                    gt = true;
                } else if (call.request.is(i, "LT")) {
                    lt = true;
                } else {
                    throw new CommandException("ERR Unsupported option " + call.request.latin(i));
                }
            }
            if (nx && (xx || gt || lt)) {
                throw new CommandException("ERR NX and XX, GT or LT options at the same time are not compatible");
            }
            if (gt && lt) {
                throw new CommandException("ERR GT and LT options at the same time are not compatible");
            }
            return new Condition(nx, xx, gt, lt);
        }

        /** Whether the expiry may change from {@code current} to {@code wanted}, both moments of the store's clock. */
        boolean holds(long current, long wanted) {
            boolean none = current == Store.NO_TTL;
            if (ifNone && !none || ifAny && none) {
                return false;
            }
            if (ifLater && (none || wanted <= current)) {
                return false;
            }
            return !ifSooner || none || wanted < current;
        }
    }

    private static void expire(CommandContext call, boolean seconds, boolean moment) {
        Condition condition = Condition.parse(call);
        long amount = Decimal.integer(call.request, 2);
        long now = call.store.clockMillis();
        long ttl = ExpireTime.signed(amount, seconds, moment, call.command.name);
        long wanted = now + ttl;
        if (moment && ttl < ExpireTime.MOST_MILLIS) {
            wanted = call.shared.wallClock.toStore(ExpireTime.millis(amount, seconds));
        }
        call.key(1);
        if (wanted <= now) {
            long past = wanted;
            call.executor.alone(() -> expireNow(call, condition, past));
            return;
        }
        while (true) {
            if (!call.describe() || !condition.holds(call.info.expiryMillis(), wanted)) {
                call.reply.integer(0);
                return;
            }
            if (store(call, wanted)) {
                call.changed(KeyspaceEvent.EXPIRE);
                call.reply.integer(1);
                return;
            }
        }
    }

    /** Stores the expiry of the described key. False if the entry has changed since it was described. */
    private static boolean store(CommandContext call, long wanted) {
        for (int i = 0; i < TICKS; i++) {
            long ttl = Math.clamp(wanted - call.store.clockMillis(), 1, ExpireTime.MOST_MILLIS);
            PutMode asSeen = PutMode.ifVersion(call.info.version());
            PutResult result = call.store.expire(call.key, call.keyOffset, call.keyLength, ttl, asSeen);
            if (result == PutResult.NO_SPACE) {
                throw CommandException.outOfMemory();
            }
            if (result == PutResult.CONDITION_FAILED) {
                return i > 0;
            }
            if (!call.describe() || call.info.expiryMillis() == wanted) {
                return true;
            }
        }
        return true;
    }

    private static void expireNow(CommandContext call, Condition condition, long wanted) {
        boolean done = call.describe() && condition.holds(call.info.expiryMillis(), wanted) && call.delete();
        if (done) {
            call.changed(KeyspaceEvent.DEL);
        }
        call.reply.integer(done ? 1 : 0);
    }

    private static void persist(CommandContext call) {
        call.key(1);
        while (true) {
            if (!call.describe() || call.info.ttlMillis() == Store.NO_TTL) {
                call.reply.integer(0);
                return;
            }
            PutMode asSeen = PutMode.ifVersion(call.info.version());
            PutResult result = call.store.expire(call.key, call.keyOffset, call.keyLength, Store.NO_TTL, asSeen);
            if (result == PutResult.NO_SPACE) {
                throw CommandException.outOfMemory();
            }
            if (result != PutResult.CONDITION_FAILED) {
                call.changed(KeyspaceEvent.PERSIST);
                call.reply.integer(1);
                return;
            }
        }
    }

    /** The milliseconds left; -1 for a key that does not expire, -2 for one that does not exist. */
    private static long ttl(CommandContext call) {
        return call.key(1).lookUp() ? call.info.ttlMillis() : -2;
    }

    private static long moment(CommandContext call) {
        if (!call.key(1).lookUp()) {
            return -2;
        }
        long expiry = call.info.expiryMillis();
        return expiry == Store.NO_TTL ? -1 : call.shared.wallClock.ofStore(expiry);
    }

    private static long seconds(long millis) {
        return millis < 0 ? millis : (millis + 500) / 1_000;
    }
}
