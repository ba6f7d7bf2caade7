package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The clients that see every command, by MONITOR. */
public final class Monitors {
    private static final int MAX_ARGUMENTS = 64;
    private static final int MAX_ARGUMENT_BYTES = 1024;

    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean used;

    boolean isUsed() {
        return used;
    }

    public void add(Session session) {
        session.monitors = true;
        sessions.add(session);
        used = true;
    }

    public void remove(Session session) {
        session.monitors = false;
        sessions.remove(session);
        used = !sessions.isEmpty();
    }

    void feed(Session session, Command command, Request request) {
        if (command.flags.contains(CommandFlag.SKIP_MONITOR) || command.flags.contains(CommandFlag.ADMIN)) {
            return;
        }
        Line line = new Line(describe(session, command, request));
        for (Session monitor : sessions) {
            monitor.tell(line);
        }
    }

    private static String describe(Session session, Command command, Request request) {
        long micros = System.currentTimeMillis() * 1_000;
        StringBuilder line = new StringBuilder();
        line.append(
                String.format(Locale.ROOT, "%d.%06d [%d ", micros / 1_000_000, micros % 1_000_000, session.database));
        line.append(session.link.remoteAddress()).append(']');
        List<byte[]> arguments = Redaction.arguments(command, request, MAX_ARGUMENTS, MAX_ARGUMENT_BYTES);
        for (byte[] argument : arguments) {
            line.append(' ').append(Quoting.quoted(argument));
        }
        return line.toString();
    }

    private record Line(String text) implements Session.Message {
        @Override
        public void writeTo(ReplyWriter reply, Session session) {
            // The line may be late: the client may have sent RESET since.
            if (session.monitors) {
                reply.simple(text);
            }
        }

        @Override
        public int bytes() {
            return text.length() + 3;
        }
    }
}
