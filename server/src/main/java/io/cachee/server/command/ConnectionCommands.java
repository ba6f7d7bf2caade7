package io.cachee.server.command;

import static io.cachee.server.command.Flag.ALLOW_BUSY;
import static io.cachee.server.command.Flag.FAST;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.NO_AUTH;
import static io.cachee.server.command.Flag.SKIP_SLOWLOG;
import static io.cachee.server.command.Flag.STALE;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connection itself: who is there, in which protocol, on which database. */
final class ConnectionCommands {
    private ConnectionCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("ping", -1, ConnectionCommands::ping).flags(FAST).in("connection"),
                Command.named("echo", 2, call -> call.reply.bulk(call.request.bytes(1)))
                        .flags(LOADING, STALE, FAST)
                        .in("connection"),
                Command.named("auth", -2, ConnectionCommands::auth)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, SKIP_SLOWLOG, ALLOW_BUSY)
                        .in("connection"),
                Command.named("hello", -1, ConnectionCommands::hello)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, SKIP_SLOWLOG, ALLOW_BUSY)
                        .in("connection"),
                Command.named("select", 2, ConnectionCommands::select)
                        .flags(LOADING, STALE, FAST)
                        .in("connection"),
                Command.named("quit", -1, ConnectionCommands::quit)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                        .in("connection")
                        .notQueued(),
                Command.named("reset", 1, ConnectionCommands::reset)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
                        .in("connection")
                        .notQueued());
    }

    private static void ping(Call call) {
        if (call.count() > 2) {
            throw call.wrongArity();
        }
        if (call.session.isSubscriberInResp2()) {
            call.reply.array(2);
            call.reply.bulk("pong");
            call.reply.bulk(call.count() == 2 ? call.request.bytes(1) : new byte[0]);
        } else if (call.count() == 2) {
            call.reply.bulk(call.request.bytes(1));
        } else {
            call.reply.simple("PONG");
        }
    }

    private static void auth(Call call) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        if (call.count() == 2 && call.instance.users.defaultUser().rules().needsNoPassword()) {
            throw new CommandException("ERR AUTH <password> called without any password configured for the default"
                    + " user. Are you sure your configuration is correct?");
        }
        boolean named = call.count() == 3;
        if (login(call, named ? call.request.text(1) : Users.DEFAULT, call.request.bytes(named ? 2 : 1))) {
            call.reply.ok();
        } else {
            throw wrongPassword(call);
        }
    }

    private static boolean login(Call call, String name, byte[] password) {
        User user = call.instance.users.login(name, password);
        Session session = call.session;
        if (user == null) {
            return false;
        }
        session.user = user;
        session.authenticated = true;
        session.refresh();
        return true;
    }

    private static CommandException wrongPassword(Call call) {
        call.instance.counters.authFailures.increment();
        long millis = call.instance.loginGuard.failed(source(call.session));
        if (millis > 0) {
            call.session.link.hold(millis);
        }
        return new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
    }

    /** Where a client comes from, whatever its port. */
    private static String source(Session session) {
        String address = session.link.remoteAddress();
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    private static void hello(Call call) {
        int version = call.session.resp3 ? 3 : 2;
        int next = 1;
        if (call.count() > 1) {
            long wanted = Decimal.integer(call.request, 1, "ERR Protocol version is not an integer or out of range");
            if (wanted != 2 && wanted != 3) {
                throw new CommandException("NOPROTO unsupported protocol version");
            }
            version = (int) wanted;
            next = 2;
        }
        String name = null;
        String user = null;
        byte[] password = {};
        for (int i = next; i < call.count(); i++) {
            if (call.request.is(i, "AUTH") && i + 2 < call.count()) {
                user = call.request.text(i + 1);
                password = call.request.bytes(i + 2);
                i += 2;
            } else if (call.request.is(i, "SETNAME") && i + 1 < call.count()) {
                name = ClientCommands.checkedName(call.request.bytes(++i), "Client names");
            } else {
                throw new CommandException("ERR Syntax error in HELLO option '" + call.request.latin(i) + "'");
            }
        }
        greet(call, version, user, password, name);
    }

    private static void greet(Call call, int version, @Nullable String user, byte[] password, @Nullable String name) {
        Session session = call.session;
        OwnConnection own = session.own;
        if (own != null && own.listens() && session.resp3 != (version == 3)) {
            throw new CommandException("ERR the protocol cannot change while this connection has subscriptions");
        }
        if (user != null && !login(call, user, password)) {
            throw wrongPassword(call);
        }
        if (!session.authenticated) {
            throw new CommandException(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto>"
                            + " AUTH <user> <pass> option can be used to authenticate the client and select the RESP"
                            + " protocol version at the same time");
        }
        if (name != null) {
            session.name = name;
        }
        session.resp3 = version == 3;
        session.refresh();
        call.reply.resp3(session.resp3);
        call.reply.map(7);
        call.reply.bulk("server");
        call.reply.bulk("redis");
        call.reply.bulk("version");
        call.reply.bulk(InstanceOptions.REDIS_VERSION);
        call.reply.bulk("proto");
        call.reply.integer(version);
        call.reply.bulk("id");
        call.reply.integer(session.id);
        call.reply.bulk("mode");
        call.reply.bulk("standalone");
        call.reply.bulk("role");
        call.reply.bulk("master");
        call.reply.bulk("modules");
        call.reply.array(0);
    }

    /** An argument as the number of a database. */
    static int database(Call call, int argument) {
        long number = Decimal.integer(call.request, argument);
        if (number != (int) number) {
            throw new CommandException(
                    "ERR value is out of range, value must between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);
        }
        int count = call.instance.databases.count();
        if (number < 0 || number >= count) {
            throw new CommandException(
                    count == 1 && number >= 0 && number < Databases.MOST
                            ? "ERR DB index is out of range: this cache is configured with one database"
                            : "ERR DB index is out of range");
        }
        return (int) number;
    }

    private static void select(Call call) {
        call.session.database = database(call, 1);
        call.reply.ok();
    }

    private static void quit(Call call) {
        call.reply.ok();
        call.session.closing = true;
        call.session.link.finish();
    }

    private static void reset(Call call) {
        Session session = call.session;
        Instance instance = call.instance;
        session.transaction = null;
        session.leaveOwnConnection();
        instance.pubSub.forget(session);
        instance.tracking.turnOff(session);
        if (session.monitors) {
            instance.monitors.remove(session);
        }
        session.database = 0;
        session.resp3 = false;
        session.name = "";
        session.noEvict = false;
        session.noTouch = false;
        session.replies = Session.Replies.ON;
        session.caching = Session.Caching.UNSAID;
        session.user = instance.users.defaultUser();
        session.authenticated = !instance.users.needsLogin();
        session.refresh();
        call.reply.resp3(false);
        call.reply.simple("RESET");
    }
}
