package io.cachee.l2;

import io.cachee.resp.Reply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first requests of a connection. All are sent at once. The connection is up when every reply is as expected; the
 * first that is not ends it. The PING at the end detects a server that is loading its data and a replica without its
 * primary: they accept all the other requests.
 */
@EventLoopConfined
final class Handshake implements ReplyHandler {
    /** Receives the result. */
    interface Outcome {
        /**
         * All replies were as expected.
         *
         * @param echoes whether the server answers ECHO, so that markers can be sent
         * @param clientId what the server calls the connection; 0 if it does not say
         */
        void succeeded(boolean echoes, long clientId);

        void refused(String why);
    }

    private enum Step {
        HELLO,
        SELECT,
        READONLY,
        ROLE,
        TRACKING,
        ECHO,
        PING
    }

    private static final String CLIENT_NAME = "cachee";
    private static final String ECHOED = "in step";

    private final List<Step> steps = new ArrayList<>();
    private final List<List<String>> commands = new ArrayList<>();
    private final Outcome outcome;
    private final boolean replica;
    private int next;
    private boolean echoes;
    private long clientId;

    Handshake(LinkContext link, ConnectionRole role, boolean replica, Outcome outcome) {
        this.replica = replica;
        this.outcome = outcome;
        add(Step.HELLO, hello(link, role));
        if (role.database() != 0) {
            add(Step.SELECT, List.of("SELECT", String.valueOf(role.database())));
        }
        if (replica && link.server().kind() == ServerUri.Kind.CLUSTER) {
            add(Step.READONLY, List.of("READONLY"));
        }
        if (link.server().kind() == ServerUri.Kind.SENTINEL) {
            add(Step.ROLE, List.of("ROLE"));
        }
        if (role.tracked()) {
            add(Step.TRACKING, tracking(link));
        }
        add(Step.ECHO, List.of("ECHO", ECHOED));
        add(Step.PING, List.of("PING"));
    }

    private void add(Step step, List<String> command) {
        steps.add(step);
        commands.add(command);
    }

    private static List<String> hello(LinkContext link, ConnectionRole role) {
        List<String> words = new ArrayList<>(List.of("HELLO", role.protocol() == RespVersion.RESP3 ? "3" : "2"));
        ServerUri.Credentials credentials = link.server().credentials();
        if (credentials != null) {
            words.addAll(List.of("AUTH", credentials.user(), credentials.password()));
        }
        words.addAll(List.of("SETNAME", CLIENT_NAME));
        return words;
    }

    private static List<String> tracking(LinkContext link) {
        List<String> words = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON"));
        List<String> prefixes = link.probe().prefixes(link.options().trackedPrefixes());
        if (!prefixes.isEmpty()) {
            words.add("BCAST");
            prefixes.forEach(prefix -> words.addAll(List.of("PREFIX", prefix)));
        }
        return words;
    }

    List<List<String>> commands() {
        return commands;
    }

    @Override
    public void reply(ByteBuf frame) {
        Step step = steps.get(next);
        String problem = problem(step, Reply.of(frame));
        next++;
        if (problem != null) {
            outcome.refused(step + ": " + problem);
        } else if (next == steps.size()) {
            outcome.succeeded(echoes, clientId);
        }
    }

    private @Nullable String problem(Step step, Reply reply) {
        if (step == Step.ECHO) {
            echoes = !reply.isError() && reply.text().equals(ECHOED);
            return null;
        }
        if (reply.isError()) {
            // A user who may not run these is taken to be on the right node, and the node to be ready.
            boolean isOptional = step == Step.ROLE || step == Step.PING;
            return isOptional && reply.text().startsWith("NOPERM") ? null : reply.text();
        }
        if (step == Step.HELLO) {
            clientId = clientId(reply.items());
        }
        if (step != Step.ROLE) {
            return null;
        }
        boolean isPrimary = reply.items().getFirst().text().equals("master");
        if (replica) {
            boolean copies = !isPrimary && reply.items().get(3).text().equals("connected");
            return copies ? null : "not a replica, or one that has lost its primary";
        }
        return isPrimary ? null : "not the primary";
    }

    /** The field {@code id} of the reply to HELLO. */
    private static long clientId(List<Reply> fields) {
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i).text().equals("id") && fields.get(i + 1).isInteger()) {
                return fields.get(i + 1).number();
            }
        }
        return 0;
    }

    @Override
    public void failed(L2Failure why) {
        // The connection reports its own end.
    }
}
