package io.cachee.server.command;

import static io.cachee.server.command.Flag.DENYOOM;
import static io.cachee.server.command.Flag.FAST;
import static io.cachee.server.command.Flag.READONLY;
import static io.cachee.server.command.Flag.WRITE;

import io.cachee.store.PutMode;
import io.cachee.store.Store;
import java.util.List;

/** Keys as such: whether they are there, and where they go. */
final class KeyCommands {
    private KeyCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("del", -2, KeyCommands::delete)
                        .flags(WRITE)
                        .keys(1, -1, 1)
                        .in("keyspace"),
                Command.named("unlink", -2, KeyCommands::delete)
                        .flags(WRITE, FAST)
                        .keys(1, -1, 1)
                        .in("keyspace"),
                Command.named("exists", -2, KeyCommands::exists)
                        .flags(READONLY, FAST)
                        .keys(1, -1, 1)
                        .in("keyspace"),
                Command.named("touch", -2, KeyCommands::touch)
                        .flags(READONLY, FAST)
                        .keys(1, -1, 1)
                        .in("keyspace"),
                Command.named("type", 2, KeyCommands::type)
                        .flags(READONLY, FAST)
                        .keys(1, 1, 1)
                        .in("keyspace"),
                Command.named("randomkey", 1, KeyCommands::random)
                        .flags(READONLY)
                        .in("keyspace"),
                Command.named("rename", 3, call -> rename(call, false))
                        .flags(WRITE)
                        .keys(1, 2, 1)
                        .accesses()
                        .in("keyspace")
                        .exclusive(),
                Command.named("renamenx", 3, call -> rename(call, true))
                        .flags(WRITE, FAST)
                        .keys(1, 2, 1)
                        .accesses()
                        .in("keyspace")
                        .exclusive(),
                Command.named("copy", -3, KeyCommands::copy)
                        .flags(WRITE, DENYOOM)
                        .keys(1, 2, 1)
                        .accesses()
                        .in("keyspace")
                        .exclusive(),
                Command.named("move", 3, KeyCommands::move)
                        .flags(WRITE, FAST)
                        .keys(1, 1, 1)
                        .in("keyspace")
                        .exclusive(),
                Command.named("object", -2, KeyCommands::object)
                        .flags(READONLY)
                        .keys(2, 2, 1)
                        .in("keyspace")
                        .subcommand("encoding", 3)
                        .subcommand("freq", 3)
                        .subcommand("help", 2)
                        .subcommand("idletime", 3)
                        .subcommand("refcount", 3));
    }

    private static void delete(Call call) {
        int deleted = 0;
        for (int i = 1; i < call.count(); i++) {
            if (call.key(i).delete()) {
                deleted++;
                call.changed(Event.DEL);
            }
        }
        call.reply.integer(deleted);
    }

    private static void exists(Call call) {
        int found = 0;
        for (int i = 1; i < call.count(); i++) {
            if (call.key(i).lookUp()) {
                found++;
            }
        }
        call.reply.integer(found);
    }

    private static void touch(Call call) {
        int found = 0;
        for (int i = 1; i < call.count(); i++) {
            if (call.key(i).use()) {
                found++;
            }
        }
        call.reply.integer(found);
    }

    private static void type(Call call) {
        call.reply.simple(call.key(1).lookUp() ? "string" : "none");
    }

    private static void random(Call call) {
        if (!call.instance.databases.severalUsed()) {
            byte[] key = call.session.database == 0 ? call.store.randomKey() : null;
            call.reply.bulkOrNull(key);
            return;
        }
        // A database that holds a share of all keys is met soon; one that holds hardly any is searched through.
        Databases databases = call.instance.databases;
        for (int i = 0; i < 100; i++) {
            byte[] key = call.store.randomKey();
            if (key != null && databases.databaseOf(key) == call.session.database) {
                call.reply.bulk(databases.nameOf(key));
                return;
            }
        }
        List<byte[]> first = ScanCommands.keys(call, new Glob(new byte[] {'*'}), 1);
        call.reply.bulkOrNull(first.isEmpty() ? null : first.getFirst());
    }

    private static void rename(Call call, boolean onlyIfAbsent) {
        byte[] value = call.key(1).peek();
        if (value == null) {
            throw CommandException.noSuchKey();
        }
        long ttl = call.info.ttlMillis();
        boolean same = java.util.Arrays.equals(call.request.bytes(1), call.request.bytes(2));
        if (onlyIfAbsent && (same || call.key(2).describe())) {
            call.reply.integer(0);
            return;
        }
        if (!same) {
            call.key(2).put(value, ttlOf(ttl), PutMode.ALWAYS);
            call.key(1).delete();
            call.changed(Event.RENAME_FROM);
            call.key(2).changed(Event.RENAME_TO);
        }
        if (onlyIfAbsent) {
            call.reply.integer(1);
        } else {
            call.reply.ok();
        }
    }

    /** A time to live that was read as a little more than nothing may have passed since. */
    static long ttlOf(long read) {
        return read == Store.NO_TTL ? Store.NO_TTL : Math.max(1, read);
    }

    private static void copy(Call call) {
        int target = call.session.database;
        boolean replace = false;
        for (int i = 3; i < call.count(); i++) {
            if (call.request.is(i, "REPLACE")) {
                replace = true;
            } else if (call.request.is(i, "DB") && i + 1 < call.count()) {
                target = ConnectionCommands.database(call, ++i);
            } else {
                throw CommandException.syntax();
            }
        }
        boolean same = java.util.Arrays.equals(call.request.bytes(1), call.request.bytes(2));
        if (same && target == call.session.database) {
            throw new CommandException("ERR source and destination objects are the same");
        }
        byte[] value = call.key(1).value();
        long ttl = call.info.ttlMillis();
        boolean done = value != null
                && call.key(target, 2).put(value, ttlOf(ttl), replace ? PutMode.ALWAYS : PutMode.IF_ABSENT);
        if (done) {
            call.changed(target, Event.COPY_TO);
        }
        call.reply.integer(done ? 1 : 0);
    }

    private static void move(Call call) {
        int target = ConnectionCommands.database(call, 2);
        if (target == call.session.database) {
            throw new CommandException("ERR source and destination objects are the same");
        }
        byte[] value = call.key(1).peek();
        long ttl = call.info.ttlMillis();
        boolean done = value != null && call.key(target, 1).put(value, ttlOf(ttl), PutMode.IF_ABSENT);
        if (done) {
            call.changed(target, Event.MOVE_TO);
            call.key(1).delete();
            call.changed(Event.MOVE_FROM);
        }
        call.reply.integer(done ? 1 : 0);
    }

    // ---------------------------------------------------------------- OBJECT

    private static void object(Call call) {
        if (call.request.is(1, "HELP")) {
            Help.reply(call, "OBJECT", OBJECT_HELP);
            return;
        }
        if (!call.key(2).describe()) {
            call.reply.nothing();
        } else if (call.request.is(1, "ENCODING")) {
            byte[] value = call.peek();
            call.reply.bulk(encoding(value == null ? new byte[0] : value));
        } else if (call.request.is(1, "FREQ")) {
            call.reply.integer(call.info.frequency());
        } else {
            // The store keeps no time of last use: a key that is there was, as far as it knows, used just now.
            call.reply.integer(call.request.is(1, "REFCOUNT") ? 1 : 0);
        }
    }

    private static final List<String> OBJECT_HELP = List.of(
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>.",
            "IDLETIME <key>",
            "    Return 0: no time of last use is kept.",
            "REFCOUNT <key>",
            "    Return 1: values are never shared.");

    private static String encoding(byte[] value) {
        try {
            Decimal.integer(value, 0, value.length, CommandException.NOT_AN_INTEGER);
            return "int";
        } catch (CommandException notAnInteger) {
            return value.length <= 44 ? "embstr" : "raw";
        }
    }
}
