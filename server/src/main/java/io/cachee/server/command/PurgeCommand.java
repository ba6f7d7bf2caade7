package io.cachee.server.command;

import io.cachee.resp.ReplyEncoder;
import io.cachee.server.tier.Purge;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** CACHEE.PURGE: removes all keys with a prefix from L2 and from every sidecar before it. */
final class PurgeCommand {
    private PurgeCommand() {}

    static List<Command.Builder> rows() {
        return List.of(Command.named("cachee.purge", 2, PurgeCommand::purge)
                .flags(Flag.WRITE)
                .in("keyspace", "dangerous"));
    }

    private static void purge(Call call) {
        Tiers tiers = call.instance.tiers;
        if (tiers == null) {
            throw new CommandException("ERR keys are purged from L2, and there is none (--l2)");
        }
        byte[] prefix = call.request.bytes(1);
        Session session = call.session;
        if (prefix.length == 0) {
            throw new CommandException("ERR the prefix is empty; FLUSHDB removes all keys");
        }
        if (session.database != tiers.database()) {
            throw new CommandException("ERR only database " + tiers.database() + " is cached here");
        }
        Later later = call.later();
        session.barriersAwaited++;
        tiers.passing()
                .onLink(() -> tiers.tier()
                        .purge(
                                prefix,
                                result -> PassThrough.deliver(
                                        session, later, reply(result), () -> session.barriersAwaited--)));
    }

    private static ByteBuf reply(Purge.Result result) {
        if (!result.problem().isEmpty()) {
            return ReplyEncoder.error(
                    "ERR " + result.removed() + " keys were removed, and then L2 failed: " + result.problem());
        }
        return ReplyEncoder.integer(result.removed());
    }
}
