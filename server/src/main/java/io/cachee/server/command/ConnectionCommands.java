package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.LoginGuard;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.engine.UpstreamConnection;
import io.cachee.server.engine.User;
import io.cachee.server.engine.Users;
import org.jspecify.annotations.Nullable;

/** PING, AUTH, HELLO, SELECT and other commands about the connection itself. CLIENT is in {@link ClientCommands}. */
final class ConnectionCommands {
    private ConnectionCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("ping -1 fast @connection LOCAL any-time in-transaction while-subscribed", ConnectionCommands::ping);
        rows.add(
                "echo 2 loading,stale,fast @connection LOCAL any-time in-transaction",
                call -> call.reply.bulk(call.request.bytes(1)));

        rows.add(
                "auth -2 noscript,loading,stale,skip_slowlog,fast,no_auth,no_multi,allow_busy @connection LOCAL"
                        + " secret=1",
                ConnectionCommands::auth);
        rows.add(
                "hello -1 noscript,loading,stale,skip_slowlog,fast,no_auth,no_multi,allow_busy @connection LOCAL"
                        + " secret=AUTH+100",
                ConnectionCommands::hello);
        rows.add("select 2 loading,stale,fast @connection LOCAL as=selects in-transaction", ConnectionCommands::select);

        rows.add(
                "quit -1 noscript,loading,stale,fast,no_auth,allow_busy @connection LOCAL as=ends-session unqueued"
                        + " while-subscribed",
                ConnectionCommands::quit);
        rows.add(
                "reset 1 noscript,loading,stale,fast,no_auth,allow_busy @connection LOCAL as=ends-session unqueued"
                        + " while-subscribed",
                ConnectionCommands::reset);

        rows.add("asking 1 fast @connection OWN_CONNECTION");
        rows.add("readonly 1 loading,stale,fast @connection OWN_CONNECTION");
        rows.add("readwrite 1 loading,stale,fast @connection OWN_CONNECTION");
    }

    private static void ping(CommandContext call) {
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

    private static void auth(CommandContext call) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        if (call.count() == 2 && call.shared.users.defaultUser().rules().needsNoPassword()) {
            throw new CommandException("ERR AUTH <password> called without any password configured for the default"
                    + " user. Are you sure your configuration is correct?");
        }
        boolean named = call.count() == 3;
        login(call, named ? call.request.text(1) : Users.DEFAULT, call.request.bytes(named ? 2 : 1));
        call.reply.ok();
    }

    /** Logs the client in, or throws. When many wrong passwords are tried, the reply is delayed in both cases. */
    private static void login(CommandContext call, String name, byte[] password) {
        SharedState shared = call.shared;
        long wait = shared.loginGuard.attempt();
        if (wait == LoginGuard.REFUSED) {
            shared.counters.refusedLogins.increment();
            call.session.link.hold(LoginGuard.LONGEST_WAIT_MILLIS);
            throw new CommandException(
                    "ERR too many wrong passwords are being tried, so this one was not looked at;" + " try again");
        }
        if (wait > 0) {
            shared.counters.delayedLogins.increment();
            call.session.link.hold(wait);
        }
        User user = shared.users.login(name, password);
        if (user == null) {
            shared.loginFailed(call.session, call.request, name);
            throw new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
        }
        shared.loginGuard.wasRight();
        call.session.logIn(user);
    }

    private static void hello(CommandContext call) {
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
                // After AUTH, it may be a part of a password.
                String shown = user == null ? call.request.latin(i) : "";
                throw new CommandException("ERR Syntax error in HELLO option '" + shown + "'");
            }
        }
        greet(call, version, user, password, name);
    }

    private static void greet(
            CommandContext call, int version, @Nullable String user, byte[] password, @Nullable String name) {
        Session session = call.session;
        UpstreamConnection own = session.own;
        if (own != null && own.listens() && session.resp3 != (version == 3)) {
            throw new CommandException("ERR the protocol cannot change while this connection has subscriptions");
        }
        if (user != null) {
            login(call, user, password);
        }
        if (!session.isAuthenticated()) {
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
        call.reply.bulk(SidecarOptions.REDIS_VERSION);
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

    private static void select(CommandContext call) {
        call.session.database = call.database(1);
        call.reply.ok();
    }

    private static void quit(CommandContext call) {
        call.reply.ok();
        call.session.finish();
    }

    private static void reset(CommandContext call) {
        Session session = call.session;
        SharedState shared = call.shared;
        session.transaction = null;
        session.leaveOwnConnection();
        shared.pubSub.forget(session);
        shared.tracking.turnOff(session);
        if (session.monitors) {
            shared.monitors.remove(session);
        }
        session.database = 0;
        session.resp3 = false;
        session.name = "";
        session.noEvict = false;
        session.noTouch = false;
        session.replies = Session.Replies.ON;
        session.caching = Session.Caching.UNSAID;
        session.logOut(shared.users);
        call.reply.resp3(false);
        call.reply.simple("RESET");
    }
}
