package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.Handler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes of whole values, by the policy of the key's keyspace: through to L2, with the keyspace's time to live if the
 * command gives none; behind, which acknowledges the write before L2 has it; or as a deletion, so that the next read
 * finds nothing. All other writes go through.
 */
final class KeyspaceWrites {
    private static final byte[] SET = ascii("SET");
    private static final byte[] DEL = ascii("DEL");
    private static final byte[] PX = ascii("PX");

    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final int database;

    KeyspaceWrites(NearCache nearCache, Forwarding forwarding, int database) {
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.database = database;
    }

    Handler handlerOf(Command command) {
        return switch (command.role) {
            case SET -> this::set;
            case SET_FOR_SECONDS -> call -> setWithTtl(call, true);
            case SET_FOR_MILLIS -> call -> setWithTtl(call, false);
            case null, default -> throw new IllegalArgumentException(command.name + " is no write of a whole value");
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private KeyspacePolicy policyOf(CommandContext call) {
        Request request = call.request;
        Keyspace keyspace = nearCache.keyspaces().of(request.buffer(), request.start(1), request.length(1));
        keyspace.count(KeyspaceCounter.WRITES);
        return keyspace.policy();
    }

    private void set(CommandContext call) {
        KeyspacePolicy policy = policyOf(call);
        long ttlMillis = ttlMillisOf(call.request, policy);
        if (call.session.database != database || ttlMillis < 0) {
            forwarding.pass(call);
        } else {
            write(call, policy, 2, ttlMillis);
        }
    }

    /** The time to live that a plain SET gives, or else its keyspace; -1 for a SET with any other option. */
    private static long ttlMillisOf(Request request, KeyspacePolicy policy) {
        if (request.count() == 3) {
            return jittered(policy);
        }
        boolean seconds = request.count() == 5 && request.is(3, "EX");
        boolean millis = request.count() == 5 && request.is(3, "PX");
        return seconds || millis ? positive(request, 4, seconds) : -1;
    }

    private static long jittered(KeyspacePolicy policy) {
        double kept = 1 - policy.jitter() * ThreadLocalRandom.current().nextDouble();
        return policy.ttlMillis() == 0 ? 0 : Math.max(1, (long) (policy.ttlMillis() * kept));
    }

    private static long positive(Request request, int argument, boolean seconds) {
        String text = request.latin(argument);
        boolean isPlain = text.matches("[1-9]\\d{0,11}");
        return isPlain ? Long.parseLong(text) * (seconds ? 1_000 : 1) : -1;
    }

    private void setWithTtl(CommandContext call, boolean isInSeconds) {
        KeyspacePolicy policy = policyOf(call);
        long ttlMillis = positive(call.request, 2, isInSeconds);
        if (call.session.database != database || ttlMillis < 0) {
            forwarding.pass(call);
        } else {
            write(call, policy, 3, ttlMillis);
        }
    }

    private void write(CommandContext call, KeyspacePolicy policy, int valueArgument, long ttlMillis) {
        Request request = call.request;
        switch (policy.write()) {
            case BEHIND -> {
                call.checkValueSize(request.length(valueArgument));
                boolean taken = nearCache.writeBehind().take(request.bytes(1), request.bytes(valueArgument), ttlMillis);
                if (taken) {
                    call.reply.ok();
                } else {
                    forwarding.pass(call);
                }
            }
            case INVALIDATE -> forwarding.pass(call, Request.of(DEL, request.bytes(1)), _ -> ReplyEncoder.ok());
            case THROUGH -> {
                if (policy.ttlMillis() == 0 || request.count() > 3) {
                    forwarding.pass(call);
                } else {
                    byte[] millis = ascii(Long.toString(ttlMillis));
                    forwarding.pass(call, Request.of(SET, request.bytes(1), request.bytes(2), PX, millis));
                }
            }
        }
    }
}
