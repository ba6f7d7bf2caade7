package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The channels and patterns that clients have subscribed to. Any thread may publish. */
public final class PubSub {
    /**
     * How many steps the patterns that match slowly may take for one message. After that, a pattern that takes many
     * times the length of the channel's name does not get the message.
     */
    private static final long MOST_STEPS_PER_MESSAGE = 4 << 20;
    /** How many steps PUBSUB CHANNELS may take. */
    private static final long MOST_STEPS_OF_LIST = 16 << 20;

    private final Map<Bytes, Set<Session>> channels = new ConcurrentHashMap<>();
    private final Map<Bytes, Set<Session>> patterns = new ConcurrentHashMap<>();

    /** False if the client was subscribed already. */
    public boolean subscribe(Session session, Bytes channel) {
        boolean isNew = of(session).add(channel);
        if (isNew) {
            join(channels, channel, session);
        }
        session.refresh();
        return isNew;
    }

    public boolean unsubscribe(Session session, Bytes channel) {
        boolean was = of(session).remove(channel);
        leave(channels, channel, session);
        session.refresh();
        return was;
    }

    public boolean subscribePattern(Session session, Bytes pattern) {
        boolean isNew = of(session).addPattern(pattern);
        if (isNew) {
            join(patterns, pattern, session);
        }
        session.refresh();
        return isNew;
    }

    public boolean unsubscribePattern(Session session, Bytes pattern) {
        boolean was = of(session).removePattern(pattern);
        leave(patterns, pattern, session);
        session.refresh();
        return was;
    }

    /** Ends all subscriptions of a client. */
    public void forget(Session session) {
        Subscriptions own = session.subscriptions;
        if (own != null) {
            own.channels().forEach(channel -> leave(channels, channel, session));
            own.patterns().keySet().forEach(pattern -> leave(patterns, pattern, session));
            session.subscriptions = null;
        }
    }

    private static Subscriptions of(Session session) {
        Subscriptions own = session.subscriptions;
        if (own == null) {
            own = new Subscriptions();
            session.subscriptions = own;
        }
        return own;
    }

    private static void join(Map<Bytes, Set<Session>> listeners, Bytes name, Session session) {
        listeners.compute(name, (_, known) -> {
            Set<Session> sessions = known == null ? ConcurrentHashMap.newKeySet() : known;
            sessions.add(session);
            return sessions;
        });
    }

    private static void leave(Map<Bytes, Set<Session>> listeners, Bytes name, Session session) {
        listeners.computeIfPresent(name, (_, sessions) -> {
            sessions.remove(session);
            return sessions.isEmpty() ? null : sessions;
        });
    }

    /** Sends a message to all subscribers. Returns how many there are. */
    public int publish(byte[] channel, byte[] message) {
        int receivers = 0;
        Set<Session> direct = channels.get(new Bytes(channel));
        if (direct != null) {
            for (Session session : direct) {
                session.tell(new Published(null, channel, message));
                receivers++;
            }
        }
        long stepsLeft = MOST_STEPS_PER_MESSAGE;
        long least = 4L * channel.length + 64;
        for (Map.Entry<Bytes, Set<Session>> entry : patterns.entrySet()) {
            long most = Math.max(least, Math.min(Glob.MOST_STEPS, stepsLeft));
            long result = new Glob(entry.getKey().value()).match(channel, most);
            stepsLeft -= Glob.steps(result);
            if (Glob.isMatch(result)) {
                for (Session session : entry.getValue()) {
                    session.tell(new Published(entry.getKey().value(), channel, message));
                    receivers++;
                }
            }
        }
        return receivers;
    }

    public int channels() {
        return channels.size();
    }

    public int patterns() {
        return patterns.size();
    }

    public List<Bytes> channels(@Nullable Glob matching) {
        List<Bytes> found = new ArrayList<>();
        long steps = 0;
        for (Bytes channel : channels.keySet()) {
            long result = matching == null ? 1 : matching.match(channel.value(), Glob.MOST_STEPS);
            steps += Glob.steps(result);
            if (steps > MOST_STEPS_OF_LIST) {
                throw new CommandException("ERR the pattern takes too many steps: use a simpler one");
            }
            if (Glob.isMatch(result)) {
                found.add(channel);
            }
        }
        return found;
    }

    public int subscribers(byte[] channel) {
        Set<Session> sessions = channels.get(new Bytes(channel));
        return sessions == null ? 0 : sessions.size();
    }

    /** A message to a subscriber; the pattern is null if it was received by the channel's name. */
    private static final class Published implements Session.Message {
        private final byte @Nullable [] pattern;
        private final byte[] channel;
        private final byte[] message;

        Published(byte @Nullable [] pattern, byte[] channel, byte[] message) {
            this.pattern = pattern;
            this.channel = channel;
            this.message = message;
        }

        @Override
        public void writeTo(ReplyWriter reply, Session session) {
            if (pattern == null) {
                reply.push(3);
                reply.bulk("message");
            } else {
                reply.push(4);
                reply.bulk("pmessage");
                reply.bulk(pattern);
            }
            reply.bulk(channel);
            reply.bulk(message);
        }

        @Override
        public int bytes() {
            return 64 + (pattern == null ? 0 : pattern.length) + channel.length + message.length;
        }
    }
}
