package io.cachee.server.command;

import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Databases;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Glob;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** KEYS, SCAN and RANDOMKEY: which keys there are. */
final class ScanCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final int MOST_COUNT = 10_000;
    /** Entries that one call of the store's scan looks at. */
    private static final int STEP = 1_000;
    /** Random keys that RANDOMKEY tries before it searches. */
    private static final int RANDOM_TRIES = 100;
    /** What a key found costs on the heap beyond its bytes, about. */
    private static final int KEY_OVERHEAD_BYTES = 64;

    private static final Glob EVERYTHING = new Glob(new byte[] {'*'});

    private ScanCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("keys 2 readonly @dangerous @keyspace FORWARD", ScanCommands::keys);
        rows.add("scan -2 readonly @keyspace FORWARD", ScanCommands::scan);
        rows.add("randomkey 1 readonly @keyspace FORWARD", ScanCommands::random);
    }

    private static void keys(CommandContext call) {
        List<byte[]> found = keys(call, new Glob(call.request.bytes(1)), Integer.MAX_VALUE);
        call.reply.array(found.size());
        for (byte[] key : found) {
            call.reply.bulk(key);
        }
    }

    /** Up to {@code most} of the matching keys in the session's database, each once. */
    private static List<byte[]> keys(CommandContext call, Glob pattern, int most) {
        Databases databases = call.shared.databases;
        Set<Bytes> seen = new LinkedHashSet<>();
        long cursor = 0;
        long[] bytes = new long[1];
        do {
            cursor = call.store.scan(cursor, STEP, (key, _) -> {
                byte[] name = databases.nameOf(key);
                if (databases.databaseOf(key) == call.session.database && pattern.matches(name)) {
                    seen.add(new Bytes(name));
                    bytes[0] += name.length + KEY_OVERHEAD_BYTES;
                }
            });
            if (bytes[0] > call.shared.tunables.normalOutput().hardBytes()) {
                throw new CommandException("ERR the matching keys exceed the output buffer limit of "
                        + call.shared.tunables.normalOutput().hardBytes() + " bytes; use SCAN");
            }
        } while (cursor != 0 && seen.size() < most);
        return seen.stream().limit(most).map(Bytes::value).toList();
    }

    /** All keys of the session's database; some may occur twice. */
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

    private static void random(CommandContext call) {
        if (!call.shared.databases.severalUsed()) {
            byte[] key = call.session.database == 0 ? call.store.randomKey() : null;
            call.reply.bulkOrNull(key);
            return;
        }
        // Random keys soon hit a database with a fair share of the keys. One with hardly any is searched.
        Databases databases = call.shared.databases;
        for (int i = 0; i < RANDOM_TRIES; i++) {
            byte[] key = call.store.randomKey();
            if (key != null && databases.databaseOf(key) == call.session.database) {
                call.reply.bulk(databases.nameOf(key));
                return;
            }
        }
        List<byte[]> first = keys(call, EVERYTHING, 1);
        call.reply.bulkOrNull(first.isEmpty() ? null : first.getFirst());
    }

    private static void scan(CommandContext call) {
        long cursor = cursor(call);
        int count = DEFAULT_COUNT;
        Glob pattern = EVERYTHING;
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
