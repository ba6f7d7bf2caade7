package io.cachee.server.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What users' rules have refused last, and wrong passwords, for ACL LOG. Refusals of one kind within a minute share an
 * entry. The number of entries is limited, and so is the size of each.
 */
public final class AclLog {
    private static final long GROUPED_MILLIS = 60_000;
    /** How many of the latest entries a refusal is compared with. */
    private static final int COMPARED = 10;

    private static final int MOST_CHARACTERS = 128;
    /** The memory of an entry at most. */
    private static final int ENTRY_BYTES = 2 << 10;

    /**
     * An entry.
     *
     * @param client the client as CLIENT LIST describes it
     */
    public record Entry(long id, long count, What what, String client, long createdMillis, long updatedMillis) {
        /** One of {@code command}, {@code key}, {@code channel} and {@code auth}. */
        public String reason() {
            return what.kind.word;
        }

        public String context() {
            return what.inTransaction ? "multi" : "toplevel";
        }

        /** The command, key or channel. */
        public String object() {
            return what.object;
        }

        public String user() {
            return what.user;
        }
    }

    /** What entries are grouped by. */
    record What(Denial.Kind kind, boolean inTransaction, String object, String user) {
        What {
            object = cut(object);
            user = cut(user);
        }
    }

    private final Tunables tunables;
    private final LongSupplier millis;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private long nextId;

    AclLog(Tunables tunables, LongSupplier millis) {
        this.tunables = tunables;
        this.millis = millis;
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
    }

    void add(What what, Session session) {
        add(what, ClientDescription.of(session));
    }

    synchronized void add(What what, String client) {
        long now = millis.getAsLong();
        Entry grouped = null;
        int left = COMPARED;
        for (Entry entry : entries) {
            if (left-- == 0 || grouped != null) {
                break;
            }
            grouped = entry.what.equals(what) && now - entry.updatedMillis <= GROUPED_MILLIS ? entry : null;
        }
        if (grouped == null) {
            entries.addFirst(new Entry(nextId++, 1, what, client, now, now));
        } else {
            entries.remove(grouped);
            entries.addFirst(new Entry(grouped.id, grouped.count + 1, what, client, grouped.createdMillis, now));
        }
        long most = Math.min(tunables.aclLogMaxLength, tunables.memory.slowLogBytes() / ENTRY_BYTES);
        while (entries.size() > most) {
            entries.removeLast();
        }
    }

    /** The latest entries, the last one first. */
    public synchronized List<Entry> latest(long count) {
        return new ArrayList<>(entries).subList(0, (int) Math.min(count, entries.size()));
    }

    public synchronized void reset() {
        entries.clear();
    }
}
