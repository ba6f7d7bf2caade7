package io.cachee.server.engine;

import java.util.concurrent.TimeUnit;

/** Describes a client in a line, as CLIENT LIST, CLIENT INFO and ACL LOG show it. */
public final class ClientDescription {
    private ClientDescription() {}

    public static String of(Session session) {
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
        if (session.waitsInL2()) {
            flags.append('b');
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
}
