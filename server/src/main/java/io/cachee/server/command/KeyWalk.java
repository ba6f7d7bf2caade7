package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at the keys of the client's database one part after the other. A part is bounded by entries, and by the steps
 * that it takes to match them with a pattern.
 */
final class KeyWalk {
    static final Glob EVERYTHING = new Glob(new byte[] {'*'});

    static final int ENTRIES_PER_PART = 256;
    private static final long STEPS_PER_PART = 1 << 16;

    private final Glob pattern;
    private long cursor;
    /** How many entries are still to be looked at, about. */
    private long left;
    /** Entries that were not matched with the pattern yet. */
    private final List<byte[]> entries = new ArrayList<>();

    private int next;
    private boolean scanned;

    /** All keys that match a pattern; some are found twice. */
    KeyWalk(Glob pattern) {
        this(pattern, 0, Long.MAX_VALUE);
    }

    /** A walk that begins at a cursor of the store and looks at about so many entries. */
    KeyWalk(Glob pattern, long cursor, long count) {
        this.pattern = pattern;
        this.cursor = cursor;
        this.left = count;
    }

    /** Looks at the next part. True at the end. */
    boolean part(CommandContext call, Consumer<byte[]> found) {
        if (next == entries.size() && !scanned) {
            scan(call);
        }
        long steps = 0;
        while (next < entries.size() && steps < STEPS_PER_PART) {
            byte[] name = entries.get(next++);
            long result = pattern.match(name, Glob.MOST_STEPS);
            steps += Glob.steps(result) + 1;
            if (Glob.steps(result) >= Glob.MOST_STEPS) {
                throw new CommandException("ERR the pattern takes more than " + Glob.MOST_STEPS
                        + " steps to match a key of " + name.length + " bytes: use a simpler one");
            }
            if (Glob.isMatch(result)) {
                found.accept(name);
            }
        }
        return scanned && next == entries.size();
    }

    private void scan(CommandContext call) {
        entries.clear();
        next = 0;
        int[] looked = new int[1];
        var databases = call.shared.databases;
        cursor = call.store.scan(cursor, (int) Math.min(left, ENTRIES_PER_PART), (key, _) -> {
            looked[0]++;
            if (databases.databaseOf(key) == call.session.database) {
                entries.add(databases.nameOf(key));
            }
        });
        left -= Math.max(1, looked[0]);
        scanned = cursor == 0 || left <= 0;
    }

    /** Looks at no entries beyond those that were scanned. */
    void stop() {
        scanned = true;
    }

    /** Where another walk goes on; 0 if all was scanned. */
    long cursor() {
        return cursor;
    }
}
