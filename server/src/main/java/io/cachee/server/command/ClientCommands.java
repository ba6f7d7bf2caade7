package io.cachee.server.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.cachee.server.engine.ClientDescription;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.UpstreamConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** CLIENT: a client's own settings, and the list of all clients. {@link TrackingCommands} has CLIENT TRACKING. */
final class ClientCommands {
    private static final int MOST_NAME_BYTES = 256;

    private ClientCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("client -2 LOCAL");
        rows.add(
                "client|help 2 loading,stale @connection LOCAL unpaused keeps-caching",
                call -> Subcommands.replyHelp(call, HELP));

        rows.add(
                "client|id 2 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                call -> call.reply.integer(call.session.id));
        rows.add(
                "client|info 2 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                call -> call.reply.verbatim(ClientDescription.of(call.session) + "\n"));
        rows.add(
                "client|getname 2 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::getName);
        rows.add(
                "client|setname 3 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::setName);
        rows.add(
                "client|setinfo 4 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::setInfo);

        rows.add(
                "client|reply 3 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::reply);
        rows.add(
                "client|no-evict 3 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                call -> call.session.noEvict = onOff(call));
        rows.add(
                "client|no-touch 3 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                call -> call.session.noTouch = onOff(call));

        rows.add(
                "client|list -2 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::list);
        rows.add(
                "client|kill -3 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientKill::handle);
        rows.add(
                "client|pause -3 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::pause);
        rows.add(
                "client|unpause 2 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::unpause);
        rows.add(
                "client|unblock -3 admin,noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                ClientCommands::unblock);
    }

    private static void getName(CommandContext call) {
        String name = call.session.name;
        if (name.isEmpty()) {
            call.reply.nothing();
        } else {
            call.reply.bulk(name);
        }
    }

    private static void setName(CommandContext call) {
        call.session.name = checkedName(call.request.bytes(2), "Client names");
        call.reply.ok();
    }

    private static void setInfo(CommandContext call) {
        String option = call.request.text(2).toLowerCase(Locale.ROOT);
        String value = checkedName(call.request.bytes(3), option);
        if (option.equals("lib-name")) {
            call.session.libraryName = value;
        } else if (option.equals("lib-ver")) {
            call.session.libraryVersion = value;
        } else {
            throw new CommandException("ERR Unrecognized option '" + call.request.latin(2) + "'");
        }
        call.reply.ok();
    }

    /** Refuses blanks and control characters, which would break the lines of CLIENT LIST and of the log. */
    static String checkedName(byte[] bytes, String what) {
        for (byte b : bytes) {
            if (b < '!' || b > '~') {
                throw new CommandException("ERR " + what + " cannot contain spaces, newlines or special characters.");
            }
        }
        if (bytes.length > MOST_NAME_BYTES) {
            throw new CommandException("ERR " + what + " cannot be longer than " + MOST_NAME_BYTES + " bytes.");
        }
        return new String(bytes, US_ASCII);
    }

    private static void reply(CommandContext call) {
        Session session = call.session;
        if (call.request.is(2, "ON")) {
            session.replies = Session.Replies.ON;
            call.executor.unmute();
            call.reply.ok();
        } else if (call.request.is(2, "OFF")) {
            session.replies = Session.Replies.OFF;
        } else if (call.request.is(2, "SKIP")) {
            if (session.replies != Session.Replies.OFF) {
                session.replies = Session.Replies.SKIP_NEXT;
            }
        } else {
            throw CommandException.syntax();
        }
        session.refresh();
    }

    private static boolean onOff(CommandContext call) {
        boolean on = call.request.is(2, "ON");
        if (!on && !call.request.is(2, "OFF")) {
            throw CommandException.syntax();
        }
        call.reply.ok();
        return on;
    }

    private static void list(CommandContext call) {
        List<Session> sessions = new ArrayList<>(call.shared.clients.all());
        if (call.count() == 4 && call.request.is(2, "TYPE")) {
            String type = ClientTypes.checkedType(call.request.text(3));
            sessions.removeIf(s -> !ClientTypes.typeOf(s).equals(type));
        } else if (call.count() > 3 && call.request.is(2, "ID")) {
            List<Long> ids = new ArrayList<>();
            for (int i = 3; i < call.count(); i++) {
                ids.add(Decimal.integer(call.request, i, "ERR Invalid client ID"));
            }
            sessions.removeIf(s -> !ids.contains(s.id));
        } else if (call.count() > 2) {
            throw CommandException.syntax();
        }
        sessions.sort(Comparator.comparingLong(s -> s.id));
        StringBuilder text = new StringBuilder();
        for (Session session : sessions) {
            text.append(ClientDescription.of(session)).append('\n');
        }
        call.reply.verbatim(text.toString());
    }

    private static void pause(CommandContext call) {
        Subcommands.requireAtMost(call, 4);
        boolean writesOnly = false;
        if (call.count() == 4) {
            writesOnly = call.request.is(3, "WRITE");
            if (!writesOnly && !call.request.is(3, "ALL")) {
                throw new CommandException("ERR CLIENT PAUSE mode must be WRITE or ALL");
            }
        }
        long millis = Decimal.integer(call.request, 2, "ERR timeout is not an integer or out of range");
        if (millis < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        call.shared.pause.start(Math.min(millis, Integer.MAX_VALUE), writesOnly);
        call.reply.ok();
    }

    private static void unpause(CommandContext call) {
        call.shared.pause.stop();
        call.reply.ok();
    }

    /** The sidecar's own commands never block. Those that do wait in L2, which ends the wait. */
    private static void unblock(CommandContext call) {
        Subcommands.requireAtMost(call, 4);
        if (call.count() == 4 && !call.request.is(3, "TIMEOUT") && !call.request.is(3, "ERROR")) {
            throw new CommandException("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        }
        Session waiting = call.shared.clients.byId(Decimal.integer(call.request, 2));
        UpstreamConnection toL2 = waiting == null ? null : waiting.own;
        if (toL2 == null || !toL2.isBlocked()) {
            call.reply.integer(0);
        } else {
            toL2.unblock(call.count() == 4 && call.request.is(3, "ERROR"), call.session, call.pendingReply());
        }
    }

    private static final List<String> HELP = List.of(
            "CACHING (YES|NO)",
            "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
            "GETNAME",
            "    Return the name of the current connection.",
            "GETREDIR",
            "    Return the client ID we are redirecting to when tracking is enabled.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port> | <option> <value> ...",
            "    Kill connections. Options are: ADDR, LADDR, TYPE, USER, SKIPME, ID.",
            "LIST [TYPE <type> | ID <id> ...]",
            "    Return information about client connections.",
            "NO-EVICT (ON|OFF)",
            "    Protect current client connection from eviction.",
            "NO-TOUCH (ON|OFF)",
            "    Will not touch LRU/LFU stats when this mode is on.",
            "PAUSE <timeout> [WRITE|ALL]",
            "    Suspend all, or just write, clients for <timeout> milliseconds.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETINFO <option> <value>",
            "    Set client meta attr. Options are: LIB-NAME, LIB-VER.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]] [OPTIN] [OPTOUT] [NOLOOP]",
            "    Control server assisted client side caching.",
            "TRACKINGINFO",
            "    Report tracking status for the current connection.",
            "UNBLOCK <clientid> [TIMEOUT|ERROR]",
            "    Unblock the specified blocked client.",
            "UNPAUSE",
            "    Stop the current client pause, resuming traffic.");
}
