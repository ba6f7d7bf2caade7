package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest commands that took long. The number of entries is limited, the size of each, and their memory. */
public final class SlowLog {
    private static final int MAX_ARGUMENTS = 32;
    private static final int MAX_ARGUMENT_BYTES = 128;

    /** A command that was slow. */
    public record Entry(
            long id, long unixSeconds, long micros, List<byte[]> arguments, String client, String clientName) {}

    private final Tunables tunables;
    /** The memory of an entry, and of an argument, in addition to its bytes. */
    private static final int ENTRY_BYTES = 200;

    private static final int ARGUMENT_BYTES = 32;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private long bytes;
    private long nextId;

    SlowLog(Tunables tunables) {
        this.tunables = tunables;
    }

    /** Notes a command, or without arguments several calls that were timed together. */
    void record(Command command, @Nullable Request request, int calls, long nanos, Session session) {
        long threshold = tunables.slowlogMicros;
        if (threshold < 0 || nanos < threshold * 1_000 || command.flags.contains(CommandFlag.SKIP_SLOWLOG)) {
            return;
        }
        Entry entry = new Entry(
                0,
                System.currentTimeMillis() / 1_000,
                nanos / 1_000,
                request == null
                        ? ofSeveral(command, calls)
                        : Redaction.arguments(command, request, MAX_ARGUMENTS, MAX_ARGUMENT_BYTES),
                session.link.remoteAddress(),
                session.name);
        add(entry);
    }

    private static List<byte[]> ofSeveral(Command command, int calls) {
        byte[] note = ("(one of " + calls + " that came together)").getBytes(UTF_8);
        return List.of(command.name.getBytes(UTF_8), note);
    }

    private synchronized void add(Entry entry) {
        entries.addFirst(
                new Entry(nextId++, entry.unixSeconds, entry.micros, entry.arguments, entry.client, entry.clientName));
        bytes += bytesOf(entry);
        while (entries.size() > tunables.slowlogMaxLength || bytes > tunables.memory.slowLogBytes()) {
            bytes -= bytesOf(entries.removeLast());
        }
    }

    private static long bytesOf(Entry entry) {
        long sum = (long) ENTRY_BYTES + entry.client.length() + entry.clientName.length();
        for (byte[] argument : entry.arguments) {
            sum += (long) argument.length + ARGUMENT_BYTES;
        }
        return sum;
    }

    public synchronized List<Entry> latest(int count) {
        List<Entry> latest = new ArrayList<>();
        for (Entry entry : entries) {
            if (latest.size() == count) {
                break;
            }
            latest.add(entry);
        }
        return latest;
    }

    public synchronized int length() {
        return entries.size();
    }

    public synchronized void reset() {
        entries.clear();
        bytes = 0;
    }

    static byte[] cut(byte[] argument, int most) {
        if (argument.length <= most) {
            return argument;
        }
        byte[] note = ("... (" + (argument.length - most) + " more bytes)").getBytes(UTF_8);
        byte[] cut = Arrays.copyOf(argument, most + note.length);
        System.arraycopy(note, 0, cut, most, note.length);
        return cut;
    }
}
