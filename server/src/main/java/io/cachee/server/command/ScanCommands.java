package io.cachee.server.command;

import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Databases;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Glob;
import io.cachee.server.engine.SlicedTask;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** KEYS, SCAN and RANDOMKEY: which keys there are. */
final class ScanCommands {
    private static final int DEFAULT_COUNT = 10;
    private static final int MOST_COUNT = 10_000;
    /** A SCAN that has found keys of this size looks no further. */
    private static final int MOST_PAGE_BYTES = 1 << 20;
    /** How much KEYS gives in one slice. */
    private static final int BYTES_PER_SLICE = 128 << 10;
    /** Random keys that RANDOMKEY tries before it searches. */
    private static final int RANDOM_TRIES = 100;
    /** What a key found costs on the heap beyond its bytes, about. */
    private static final int KEY_OVERHEAD_BYTES = 64;

    private ScanCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("keys 2 readonly @dangerous @keyspace FORWARD", ScanCommands::keys);
        rows.add("scan -2 readonly @keyspace FORWARD", ScanCommands::scan);
        rows.add("randomkey 1 readonly @keyspace FORWARD", ScanCommands::random);
    }

    private static void keys(CommandContext call) {
        KeysFound found = new KeysFound(new Glob(call.request.bytes(1)));
        if (!found.slice(call)) {
            call.inSlices(found);
        }
    }

    /** The matching keys, each once: collected in slices, and then given in slices. */
    private static final class KeysFound implements SlicedTask {
        private final KeyWalk walk;
        private final Set<Bytes> seen = new LinkedHashSet<>();
        private long bytes;
        private @Nullable Iterator<Bytes> toGive;

        KeysFound(Glob pattern) {
            this.walk = new KeyWalk(pattern);
        }

        @Override
        public boolean slice(CommandContext call) {
            Iterator<Bytes> collected = toGive;
            return collected == null ? collect(call) : give(call, collected);
        }

        private boolean collect(CommandContext call) {
            boolean isAll = walk.part(call, name -> {
                if (seen.add(new Bytes(name))) {
                    bytes += name.length + KEY_OVERHEAD_BYTES;
                }
            });
            long most = call.shared.tunables.normalOutput().hardBytes();
            if (bytes > most) {
                throw new CommandException(
                        "ERR the matching keys exceed the output buffer limit of " + most + " bytes; use SCAN");
            }
            if (!isAll) {
                return false;
            }
            call.reply.array(seen.size());
            Iterator<Bytes> collected = seen.iterator();
            toGive = collected;
            return give(call, collected);
        }

        private static boolean give(CommandContext call, Iterator<Bytes> collected) {
            long begun = call.reply.written();
            while (collected.hasNext() && call.reply.written() - begun < BYTES_PER_SLICE) {
                call.reply.bulk(collected.next().value());
            }
            return !collected.hasNext();
        }
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
        KeyWalk walk = new KeyWalk(KeyWalk.EVERYTHING);
        List<byte[]> found = new ArrayList<>(1);
        call.inSlices(later -> {
            boolean isEnd = walk.part(later, name -> {
                if (found.isEmpty()) {
                    found.add(name);
                }
            });
            if (isEnd || !found.isEmpty()) {
                later.reply.bulkOrNull(found.isEmpty() ? null : found.getFirst());
            }
            return isEnd || !found.isEmpty();
        });
    }

    private static void scan(CommandContext call) {
        long cursor = cursor(call);
        int count = DEFAULT_COUNT;
        Glob pattern = KeyWalk.EVERYTHING;
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
        ScanPage page = new ScanPage(new KeyWalk(pattern, cursor, count), strings);
        if (!page.slice(call)) {
            call.inSlices(page);
        }
    }

    /** What one SCAN finds. */
    private static final class ScanPage implements SlicedTask {
        private final KeyWalk walk;
        private final boolean strings;
        private final List<byte[]> found = new ArrayList<>();
        private long bytes;

        ScanPage(KeyWalk walk, boolean strings) {
            this.walk = walk;
            this.strings = strings;
        }

        @Override
        public boolean slice(CommandContext call) {
            boolean isEnd = walk.part(call, name -> {
                if (strings) {
                    found.add(name);
                    bytes += name.length;
                }
            });
            if (!isEnd) {
                if (bytes > MOST_PAGE_BYTES) {
                    walk.stop();
                }
                return false;
            }
            call.reply.array(2);
            call.reply.bulk(Long.toUnsignedString(walk.cursor()));
            call.reply.array(found.size());
            found.forEach(call.reply::bulk);
            return true;
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
