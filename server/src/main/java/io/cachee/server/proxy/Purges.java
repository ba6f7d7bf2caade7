package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.Purge;
import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.netty.buffer.ByteBuf;

/** CACHEE.PURGE: removes all keys with a prefix from L2 and from every sidecar before it. */
final class Purges {
    private final NearCache nearCache;
    private final Forwarding forwarding;
    private final int database;

    Purges(NearCache nearCache, Forwarding forwarding, int database) {
        this.nearCache = nearCache;
        this.forwarding = forwarding;
        this.database = database;
    }

    void purge(CommandContext call) {
        byte[] prefix = call.request.bytes(1);
        Session session = call.session;
        if (prefix.length == 0) {
            throw new CommandException("ERR the prefix is empty; FLUSHDB removes all keys");
        }
        if (session.database != database) {
            throw new CommandException("ERR only database " + database + " is cached here");
        }
        PendingReply later = call.later();
        session.barriersAwaited++;
        forwarding.onLink(() -> nearCache.purge(
                prefix, result -> Forwarding.deliver(session, later, reply(result), () -> session.barriersAwaited--)));
    }

    private static ByteBuf reply(Purge.Result result) {
        if (!result.problem().isEmpty()) {
            return ReplyEncoder.error(
                    "ERR " + result.removed() + " keys were removed, and then L2 failed: " + result.problem());
        }
        return ReplyEncoder.integer(result.removed());
    }
}
