package io.cachee.server.command;

import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Subscriptions;
import io.cachee.server.engine.Tracking;
import io.cachee.server.engine.Transaction;
import io.cachee.server.engine.Transport;
import io.cachee.server.engine.UpstreamConnection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Describes clients as CLIENT LIST and CLIENT INFO show them. */
final class ClientList {
    private ClientList() {}

    static String describe(Session session) {
        Subscriptions subscriptions = session.subscriptions;
        Transaction transaction = session.transaction;
        String last = session.lastCommand.getOpaque();
        Tracking tracking = session.tracking;
        long now = System.nanoTime();
        StringBuilder line = new StringBuilder(256);
        line.append("id=").append(session.id);
        line.append(" addr=").append(session.link.remoteAddress());
        line.append(" laddr=").append(session.link.localAddress());
        line.append(" fd=-1 name=").append(session.name);
        line.append(" age=").append(seconds(now - session.createdNanos()));
        line.append(" idle=").append(seconds(now - session.lastActiveNanos()));
        line.append(" flags=").append(flags(session));
        line.append(" db=").append(session.database);
        line.append(" sub=")
                .append(subscriptions == null ? 0 : subscriptions.channels().size());
        line.append(" psub=")
                .append(subscriptions == null ? 0 : subscriptions.patterns().size());
        line.append(" ssub=0 multi=");
        line.append(
                transaction != null && transaction.open ? transaction.queued().size() : -1);
        line.append(" qbuf=").append(session.link.unreadBytes());
        line.append(" qbuf-free=0 argv-mem=0 multi-mem=").append(transaction == null ? 0 : transaction.bytes());
        line.append(" rbs=0 rbp=0 obl=0 oll=0 omem=").append(session.unsentBytes());
        line.append(" tot-mem=").append(session.unsentBytes() + session.link.unreadBytes());
        line.append(" events=r cmd=").append(last == null ? "NULL" : last);
        line.append(" user=").append(session.user.name);
        line.append(" redir=").append(tracking == null ? -1 : tracking.redirect() == 0 ? -1 : tracking.redirect());
        line.append(" resp=").append(session.resp3 ? 3 : 2);
        line.append(" lib-name=").append(session.libraryName);
        line.append(" lib-ver=").append(session.libraryVersion);
        return line.toString();
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    private static String flags(Session session) {
        StringBuilder flags = new StringBuilder();
        if (session.monitors) {
            flags.append('O');
        }
        Subscriptions subscriptions = session.subscriptions;
        if (subscriptions != null && subscriptions.count() > 0) {
            flags.append('P');
        }
        Transaction transaction = session.transaction;
        if (transaction != null && transaction.open) {
            flags.append('x');
        }
        Tracking tracking = session.tracking;
        if (tracking != null) {
            flags.append('t');
            if (tracking.broadcast()) {
                flags.append('B');
            }
        }
        if (session.link.transport() == Transport.UNIX) {
            flags.append('U');
        }
        if (session.noEvict) {
            flags.append('e');
        }
        if (session.noTouch) {
            flags.append('T');
        }
        return flags.isEmpty() ? "N" : flags.toString();
    }

    static String checkedType(String type) {
        String known = type.toLowerCase(Locale.ROOT);
        return switch (known) {
            case "normal", "pubsub" -> known;
            // No client is ever one of these, but asking for them is no error.
            case "master", "slave", "replica" -> known;
            default -> throw new CommandException("ERR Unknown client type '" + type + "'");
        };
    }

    static String typeOf(Session session) {
        Subscriptions subscriptions = session.subscriptions;
        UpstreamConnection own = session.own;
        boolean listens = subscriptions != null && subscriptions.count() > 0 || own != null && own.isSubscribed();
        return listens ? "pubsub" : "normal";
    }
}
