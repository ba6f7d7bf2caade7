package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which clients have read which keys, so that they can keep copies of values: the server's part of
 * client-side caching (CLIENT TRACKING).
 *
 * <ol>
 *   <li>Before a client reads a key, the table remembers the client as a reader of it.
 *   <li>After a key has changed, its readers are taken out of the table and notified.
 * </ol>
 *
 * <p>So a client that has read an old value is always notified: it was in the table before the change. It is notified
 * only once, until it reads the key again. Clients that use {@code BCAST} are not in the table: they are notified of
 * every change under their prefixes.
 *
 * <p>The number of keys is limited, and so is their memory. When there are too many, an arbitrary key is removed, and
 * its readers are notified as if it had changed. Any thread may call.
 */
public final class TrackingTable {
    /** The channel on which clients that use RESP2 receive invalidations. */
    public static final String CHANNEL = "__redis__:invalidate";

    private final SharedState shared;
    /** The memory of a key that is remembered in addition to its bytes, and of each of its readers. */
    private static final int KEY_BYTES = 120;

    private static final int READER_BYTES = 8;

    /** A key with more readers is taken for changed, so that a read never looks at more. */
    private static final int MOST_READERS = 1_000;

    private static final long[] NOBODY = {};

    private final Map<Bytes, long[]> readers = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Session> broadcast = ConcurrentHashMap.newKeySet();
    private final Set<Session> tracking = ConcurrentHashMap.newKeySet();

    TrackingTable(SharedState shared) {
        this.shared = shared;
    }

    /** Remembers the keys that a client is about to read, unless its settings exclude this command. */
    void remember(Session session, Tracking wanted, Command command, Request request) {
        if (!command.reads || wanted.broadcast()) {
            return;
        }
        boolean saidYes = session.caching == Session.Caching.YES;
        boolean saidNo = session.caching == Session.Caching.NO;
        boolean remember = wanted.optIn() ? saidYes : !(wanted.optOut() && saidNo);
        if (remember) {
            command.keys(request).forEach(key -> add(session, key));
        }
    }

    public boolean isUsed() {
        return !tracking.isEmpty();
    }

    public int clients() {
        return tracking.size();
    }

    public int keys() {
        return readers.size();
    }

    public long items() {
        return readers.values().stream().mapToLong(ids -> ids.length).sum();
    }

    public int prefixes() {
        return broadcast.stream()
                .mapToInt(s -> Math.max(1, s.trackingOrNone().prefixes().size()))
                .sum();
    }

    public void turnOn(Session session, Tracking wanted) {
        session.tracking = wanted;
        tracking.add(session);
        if (wanted.broadcast()) {
            broadcast.add(session);
        }
        session.refresh();
        shared.keyChanges.refresh();
    }

    public void turnOff(Session session) {
        session.tracking = null;
        tracking.remove(session);
        broadcast.remove(session);
        session.refresh();
        shared.keyChanges.refresh();
    }

    private void add(Session session, byte[] key) {
        long id = session.id;
        long[] left = readers.compute(new Bytes(key), (name, known) -> {
            long[] more = with(known, id);
            bytes.addAndGet(bytesOf(name, more) - bytesOf(name, known));
            return more;
        });
        if (left.length > MOST_READERS) {
            notifyReaders(null, key);
            add(session, key);
        }
        while (isFull()) {
            Iterator<Bytes> any = readers.keySet().iterator();
            if (!any.hasNext()) {
                return;
            }
            notifyReaders(null, any.next().value());
        }
    }

    private boolean isFull() {
        return readers.size() > shared.tunables.trackingTableMaxKeys
                || bytes.get() > shared.tunables.memory.trackedBytes();
    }

    private static long bytesOf(Bytes key, long @Nullable [] ids) {
        return ids == null ? 0 : (long) key.value().length + KEY_BYTES + (long) ids.length * READER_BYTES;
    }

    private static long[] with(long @Nullable [] known, long id) {
        if (known == null) {
            return new long[] {id};
        }
        for (long other : known) {
            if (other == id) {
                return known;
            }
        }
        long[] more = Arrays.copyOf(known, known.length + 1);
        more[known.length] = id;
        return more;
    }

    /** A client changes a key, on its event loop; or, without a client, the store does. */
    public void changed(@Nullable Session by, byte[] key) {
        changed(by, key, by == null ? null : by.turn());
    }

    /** A key has changed; clients that use BCAST are told at the end of the turn. */
    public void changed(byte[] key, TurnDelivery turn) {
        changed(null, key, turn);
    }

    private void changed(@Nullable Session by, byte[] key, @Nullable TurnDelivery turn) {
        notifyReaders(by, key);
        for (Session session : broadcast) {
            Tracking own = session.trackingOrNone();
            boolean isOwnChange = own.noLoop() && session.equals(by);
            byte[] prefix = own.broadcast() && !isOwnChange ? own.prefixOf(key) : null;
            if (prefix != null) {
                invalidate(session, new BroadcastInvalidation(session, prefix, key), turn);
            }
        }
    }

    private void notifyReaders(@Nullable Session by, byte[] key) {
        long[] ids = take(new Bytes(key));
        for (long id : ids) {
            Session session = shared.clients.byId(id);
            if (session != null) {
                Tracking own = session.trackingOrNone();
                boolean isOwnChange = own.noLoop() && session.equals(by);
                if (own.on() && !own.broadcast() && !isOwnChange) {
                    invalidate(session, new Invalidation(key), null);
                }
            }
        }
    }

    /** Removes a key; returns its readers. */
    private long[] take(Bytes key) {
        long[] ids = readers.remove(key);
        bytes.addAndGet(-bytesOf(key, ids));
        return ids == null ? NOBODY : ids;
    }

    /** All keys were removed. */
    public void cleared() {
        readers.keySet().forEach(this::take);
        for (Session session : tracking) {
            invalidate(session, new Invalidation(null), null);
        }
    }

    /** @param turn at whose end the message is sent; null to send it at once */
    private void invalidate(Session session, Session.Message message, @Nullable TurnDelivery turn) {
        long redirect = session.trackingOrNone().redirect();
        Session target = redirect == 0 ? session : shared.clients.byId(redirect);
        if (target == null) {
            session.tell(new RedirectBroken(redirect));
        } else if (turn == null) {
            target.tell(message);
        } else {
            target.tell(message, turn);
        }
        shared.counters.invalidations.increment();
    }

    /** Tells a client that the client to which its invalidations are redirected is gone. */
    private record RedirectBroken(long id) implements Session.Message {
        @Override
        public void writeTo(ReplyWriter reply, Session session) {
            if (session.resp3) {
                reply.push(2);
                reply.bulk("tracking-redir-broken");
                reply.integer(id);
            }
        }

        @Override
        public int bytes() {
            return 64;
        }
    }

    /** Throws if one prefix begins with another, as Redis does. */
    public static void refuseOverlapping(List<byte[]> existing, List<byte[]> wanted) {
        for (int i = 0; i < wanted.size(); i++) {
            for (byte[] other : existing) {
                refuseOverlapping(wanted.get(i), other, "an existing");
            }
            for (byte[] other : wanted.subList(i + 1, wanted.size())) {
                refuseOverlapping(wanted.get(i), other, "another provided");
            }
        }
    }

    private static void refuseOverlapping(byte[] prefix, byte[] other, String which) {
        if (Tracking.startsWith(prefix, other) || Tracking.startsWith(other, prefix)) {
            throw new CommandException("ERR Prefix '" + new String(prefix, ISO_8859_1) + "' overlaps with " + which
                    + " prefix '" + new String(other, ISO_8859_1)
                    + "'. Prefixes for a single client must not overlap.");
        }
    }
}
