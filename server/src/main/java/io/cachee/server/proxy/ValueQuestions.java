package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Handler;
import io.cachee.store.Stamp;
import org.jspecify.annotations.Nullable;

/**
 * Questions about a value: whether it exists, how long it is, what is in a range of it, and when it expires. L1 answers
 * them from the value it holds. Otherwise they are forwarded, because they do not need the whole value.
 */
final class ValueQuestions {
    /** A larger value is not copied to answer a question about it; the question is forwarded. */
    private static final int MOST_BYTES = 64 << 10;

    private final KeptValues values;
    private final Forwarding forwarding;

    ValueQuestions(KeptValues values, Forwarding forwarding) {
        this.values = values;
        this.forwarding = forwarding;
    }

    Handler handlerOf(Command command) {
        return switch (command.role) {
            case EXISTENCE -> this::exists;
            case LENGTH -> this::length;
            case RANGE -> this::range;
            case TTL_SECONDS -> call -> timeToLive(call, true);
            case TTL_MILLIS -> call -> timeToLive(call, false);
            case EXPIRY -> this::expireTime;
            case null, default -> throw new IllegalArgumentException(command.name + " is no read of a value");
        };
    }

    private interface Answer {
        /**
         * Answers from a value that L1 holds.
         *
         * @param value null if the key does not exist
         * @param length without the stamp
         */
        void give(byte @Nullable [] value, int length, Stamp stamp);
    }

    private void ask(CommandContext call, Answer answer) {
        byte[] value = null;
        if (values.mayServeFirst(call)) {
            Keyspace keyspace = values.keyspaceOf(call, 1);
            value = values.findFirst(call, keyspace, MOST_BYTES);
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

    /** Only L2 knows exactly when a key expires. L1 can tell that it does not expire, or does not exist. */
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
