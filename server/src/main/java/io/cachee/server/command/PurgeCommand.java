package io.cachee.server.command;

import io.cachee.resp.ReplyEncoder;
import io.cachee.server.tier.Purge;
import io.cachee.server.tier.Tier;
import io.netty.buffer.ByteBuf;

/** CACHEE.PURGE: removes all keys with a prefix from L2 and from every sidecar before it. */
final class PurgeCommand {
    private final Tier tier;
    private final PassThrough passing;
    private final int database;

    PurgeCommand(Tier tier, PassThrough passing, int database) {
        this.tier = tier;
        this.passing = passing;
        this.database = database;
    }

    void purge(Call call) {
        byte[] prefix = call.request.bytes(1);
        Session session = call.session;
        if (prefix.length == 0) {
            throw new CommandException("ERR the prefix is empty; FLUSHDB removes all keys");
        }
        if (session.database != database) {
            throw new CommandException("ERR only database " + database + " is cached here");
        }
        Later later = call.later();
        session.barriersAwaited++;
        passing.onLink(() -> tier.purge(
                prefix, result -> PassThrough.deliver(session, later, reply(result), () -> session.barriersAwaited--)));
    }

    private static ByteBuf reply(Purge.Result result) {
        if (!result.problem().isEmpty()) {
            return ReplyEncoder.error(
                    "ERR " + result.removed() + " keys were removed, and then L2 failed: " + result.problem());
        }
        return ReplyEncoder.integer(result.removed());
    }
}
