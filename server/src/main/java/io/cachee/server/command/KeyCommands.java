package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.KeyLoop;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;
import java.util.Arrays;

/** DEL, EXISTS, RENAME and other commands that work on keys of any type. */
final class KeyCommands {
    private KeyCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("del -2 write @keyspace RMd:1..-1 SPLIT", KeyCommands::delete);
        rows.add("unlink -2 write,fast @keyspace RMd:1..-1 SPLIT", KeyCommands::delete);
        rows.add("exists -2 readonly,fast @keyspace RO:1..-1 L1_READ as=existence splits", KeyCommands::exists);
        rows.add("touch -2 readonly,fast @keyspace RO:1..-1 SPLIT", KeyCommands::touch);
        rows.add("type 2 readonly,fast @keyspace RO:1 FORWARD", KeyCommands::type);

        rows.add("rename 3 write @keyspace RWad:1 OWu:2 FORWARD exclusive", call -> rename(call, false));
        rows.add("renamenx 3 write,fast @keyspace RWad:1 OWi:2 FORWARD exclusive", call -> rename(call, true));
        rows.add("copy -3 write,denyoom @keyspace ROa:1 OWu:2 FORWARD exclusive crosses-databases", KeyCommands::copy);
        rows.add("move 3 write,fast @keyspace RWau:1 FORWARD exclusive crosses-databases", KeyCommands::move);

        rows.add("migrate -6 write @dangerous @keyspace RWad:3 RWad?:KEYS@-2..-1 OWN_CONNECTION secret=AUTH+1,AUTH2+2"
                + " hides-keys l2-admin");
        rows.add("sort -2 write,denyoom @dangerous @list @set @sortedset ROa:1 ROa:* OWu:* FORWARD writes-unnamed"
                + " check=OWu:STORE@2 hides-with=BY,GET");
        rows.add("sort_ro -2 readonly @dangerous @list @set @sortedset ROa:1 ROa:* FORWARD hides-with=BY,GET");
    }

    private static void delete(CommandContext call) {
        KeyLoop.run(
                call,
                each -> {
                    boolean wasThere = each.delete();
                    if (wasThere) {
                        each.changed(KeyspaceEvent.DEL);
                    }
                    return wasThere;
                },
                KeyCommands::replyCount);
    }

    private static void exists(CommandContext call) {
        KeyLoop.run(call, CommandContext::lookUp, KeyCommands::replyCount);
    }

    private static void touch(CommandContext call) {
        KeyLoop.run(call, CommandContext::use, KeyCommands::replyCount);
    }

    private static void replyCount(CommandContext call, long count) {
        call.reply.integer(count);
    }

    private static void type(CommandContext call) {
        call.reply.simple(call.key(1).lookUp() ? "string" : "none");
    }

    private static void rename(CommandContext call, boolean onlyIfAbsent) {
        byte[] value = call.key(1).peek();
        if (value == null) {
            throw CommandException.noSuchKey();
        }
        long ttl = call.info.ttlMillis();
        boolean same = Arrays.equals(call.request.bytes(1), call.request.bytes(2));
        if (onlyIfAbsent && (same || call.key(2).describe())) {
            call.reply.integer(0);
            return;
        }
        if (!same) {
            call.key(2).put(value, ttlOf(ttl), PutMode.ALWAYS);
            call.key(1).delete();
            call.changed(KeyspaceEvent.RENAME_FROM);
            call.key(2).changed(KeyspaceEvent.RENAME_TO);
        }
        if (onlyIfAbsent) {
            call.reply.integer(1);
        } else {
            call.reply.ok();
        }
    }

    /** A TTL to store again: at least a millisecond, as the one that was read may have run out since. */
    private static long ttlOf(long read) {
        return read == Store.NO_TTL ? Store.NO_TTL : Math.max(1, read);
    }

    private static void copy(CommandContext call) {
        int target = call.session.database;
        boolean replace = false;
        for (int i = 3; i < call.count(); i++) {
            if (call.request.is(i, "REPLACE")) {
                replace = true;
            } else if (call.request.is(i, "DB") && i + 1 < call.count()) {
                target = call.database(++i);
            } else {
                throw CommandException.syntax();
            }
        }
        boolean same = Arrays.equals(call.request.bytes(1), call.request.bytes(2));
        if (same && target == call.session.database) {
            throw new CommandException("ERR source and destination objects are the same");
        }
        byte[] value = call.key(1).value();
        long ttl = call.info.ttlMillis();
        boolean done = value != null
                && call.key(target, 2).put(value, ttlOf(ttl), replace ? PutMode.ALWAYS : PutMode.IF_ABSENT);
        if (done) {
            call.changed(target, KeyspaceEvent.COPY_TO);
        }
        call.reply.integer(done ? 1 : 0);
    }

    private static void move(CommandContext call) {
        int target = call.database(2);
        if (target == call.session.database) {
            throw new CommandException("ERR source and destination objects are the same");
        }
        byte[] value = call.key(1).peek();
        long ttl = call.info.ttlMillis();
        boolean done = value != null && call.key(target, 1).put(value, ttlOf(ttl), PutMode.IF_ABSENT);
        if (done) {
            call.changed(target, KeyspaceEvent.MOVE_TO);
            call.key(1).delete();
            call.changed(KeyspaceEvent.MOVE_FROM);
        }
        call.reply.integer(done ? 1 : 0);
    }
}
