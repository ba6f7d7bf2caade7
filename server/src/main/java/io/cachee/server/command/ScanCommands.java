package io.cachee.server.command;

import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Databases;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Glob;
import java.util.ArrayList;
import java.util.List;

/** Going through the keys. */
final class ScanCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final int MOST_COUNT = 10_000;
    private static final int STEP = 1_000;

    private ScanCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("keys 2 readonly @dangerous @keyspace FORWARD", ScanCommands::keys);
        rows.add("scan -2 readonly @keyspace FORWARD", ScanCommands::scan);
        rows.add(
                "dbsize 1 readonly,fast @keyspace FORWARD",
                call -> call.reply.integer(call.shared.databases.keys(call.session.database, call.store)));
    }

    private static void keys(CommandContext call) {
        List<byte[]> found = keys(call, new Glob(call.request.bytes(1)), Integer.MAX_VALUE);
        call.reply.array(found.size());
        for (byte[] key : found) {
            call.reply.bulk(key);
        }
    }

    /** The keys of the session's database that match, each once, so many at most. */
    static List<byte[]> keys(CommandContext call, Glob pattern, int most) {
        Databases databases = call.shared.databases;
        java.util.Set<Bytes> seen = new java.util.LinkedHashSet<>();
        long cursor = 0;
        long[] bytes = new long[1];
        do {
            cursor = call.store.scan(cursor, STEP, (key, _) -> {
                byte[] name = databases.nameOf(key);
                if (databases.databaseOf(key) == call.session.database && pattern.matches(name)) {
                    seen.add(new Bytes(name));
                    bytes[0] += name.length + 64;
                }
            });
            if (bytes[0] > call.shared.tunables.normalOutput().hardBytes()) {
                throw new CommandException("ERR the keys that match are more than the output buffer limit of "
                        + call.shared.tunables.normalOutput().hardBytes() + " bytes; use SCAN");
            }
        } while (cursor != 0 && seen.size() < most);
        return seen.stream().limit(most).map(Bytes::value).toList();
    }

    /** All keys of the session's database. */
    static List<byte[]> all(CommandContext call) {
        Databases databases = call.shared.databases;
        List<byte[]> found = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = call.store.scan(cursor, STEP, (key, _) -> {
                if (databases.databaseOf(key) == call.session.database) {
                    found.add(databases.nameOf(key));
                }
            });
        } while (cursor != 0);
        return found;
    }

    private static void scan(CommandContext call) {
        long cursor = cursor(call);
        int count = DEFAULT_COUNT;
        Glob pattern = new Glob(new byte[] {'*'});
        boolean strings = true;
        for (int i = 2; i < call.count(); i++) {
            if (i + 1 >= call.count()) {
                throw CommandException.syntax();
            }
            if (call.request.is(i, "MATCH")) {
                pattern = new Glob(call.request.bytes(++i));
            } else if (call.request.is(i, "COUNT")) {
                long wanted = Decimal.integer(call.request, ++i);
                if (wanted < 1) {
                    throw CommandException.syntax();
                }
                count = (int) Math.min(wanted, MOST_COUNT);
            } else if (call.request.is(i, "TYPE")) {
                strings = call.request.is(++i, "STRING");
            } else {
                throw CommandException.syntax();
            }
        }
        Databases databases = call.shared.databases;
        List<byte[]> found = new ArrayList<>();
        Glob wanted = pattern;
        boolean wantsStrings = strings;
        long next = call.store.scan(cursor, count, (key, _) -> {
            byte[] name = databases.nameOf(key);
            if (wantsStrings && databases.databaseOf(key) == call.session.database && wanted.matches(name)) {
                found.add(name);
            }
        });
        call.reply.array(2);
        call.reply.bulk(Long.toUnsignedString(next));
        call.reply.array(found.size());
        for (byte[] key : found) {
            call.reply.bulk(key);
        }
    }

    private static long cursor(CommandContext call) {
        String text = call.request.text(1);
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new CommandException("ERR invalid cursor");
        }
    }
}
