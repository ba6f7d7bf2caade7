package io.cachee.nearcache;

import io.cachee.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An entry of the stream of change events: its ID, and what it names as outdated. */
final class ChangeEvent {
    /** What a field of an event names. */
    enum Scope {
        KEY,
        PREFIX,
        KEYSPACE
    }

    /** A field of an event: a key, a prefix or the name of a keyspace. */
    // Fields are never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Outdated(Scope scope, byte[] name) {}

    private final byte[] id;
    private final List<Outdated> outdated = new ArrayList<>();
    private boolean isUnderstood;

    private ChangeEvent(byte[] id, List<Reply> fields) {
        this.id = id;
        this.isUnderstood = fields.size() >= 2;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            add(fields.get(i).text(), fields.get(i + 1).bytes());
        }
    }

    private void add(String field, byte @Nullable [] name) {
        if (name == null || name.length == 0) {
            isUnderstood = false;
            return;
        }
        switch (field) {
            case "key" -> outdated.add(new Outdated(Scope.KEY, name));
            case "prefix" -> outdated.add(new Outdated(Scope.PREFIX, name));
            case "keyspace" -> outdated.add(new Outdated(Scope.KEYSPACE, name));
            default -> isUnderstood = false;
        }
    }

    byte[] id() {
        return id;
    }

    /** The fields that were understood, in their order. */
    List<Outdated> outdated() {
        return outdated;
    }

    /** Whether there is a field, and all fields were understood. */
    boolean isUnderstood() {
        return isUnderstood;
    }

    /** The events in the reply to XREADGROUP of one stream: an array of pairs, or a map in RESP3. */
    static List<ChangeEvent> ofFirstStream(Reply reply) {
        List<Reply> streams = reply.items();
        List<Reply> first = !streams.isEmpty() && streams.get(0).isAggregate()
                ? streams.get(0).items()
                : streams;
        return first.size() > 1 ? ofEntries(first.get(1)) : List.of();
    }

    /** The events in a list of entries; entries that are deleted are left out. */
    static List<ChangeEvent> ofEntries(Reply entries) {
        List<ChangeEvent> events = new ArrayList<>();
        for (Reply entry : entries.items()) {
            List<Reply> pair = entry.items();
            byte[] id = pair.size() == 2 ? pair.get(0).bytes() : null;
            if (id != null) {
                events.add(new ChangeEvent(id, pair.get(1).items()));
            }
        }
        return events;
    }

    @Override
    public String toString() {
        return new String(id, StandardCharsets.UTF_8);
    }
}
