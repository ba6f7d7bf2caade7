package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Tracking;
import io.cachee.server.engine.TrackingTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR: the server's part of client-side caching. */
final class TrackingCommands {
    private static final int MOST_PREFIXES = 1_000;

    private TrackingCommands() {}

    /** Adds the rows of CLIENT's subcommands, so {@link ClientCommands} must have added CLIENT before. */
    static void addTo(CommandRows rows) {
        rows.add(
                "client|caching 3 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                TrackingCommands::caching);
        rows.add(
                "client|getredir 2 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                TrackingCommands::getRedirection);
        rows.add(
                "client|tracking -3 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                TrackingCommands::tracking);
        rows.add(
                "client|trackinginfo 2 noscript,loading,stale @connection LOCAL unpaused keeps-caching",
                TrackingCommands::info);
    }

    private static void getRedirection(CommandContext call) {
        Tracking own = call.session.trackingOrNone();
        call.reply.integer(own.on() ? own.redirect() : -1);
    }

    private static void tracking(CommandContext call) {
        boolean broadcast = false;
        boolean optIn = false;
        boolean optOut = false;
        boolean noLoop = false;
        long redirect = 0;
        List<byte[]> prefixes = new ArrayList<>();
        for (int i = 3; i < call.count(); i++) {
            if (call.request.is(i, "REDIRECT") && i + 1 < call.count()) {
                if (redirect != 0) {
                    throw new CommandException("ERR A client can only redirect to a single other client");
                }
                redirect = Decimal.integer(call.request, ++i);
                if (call.shared.clients.byId(redirect) == null) {
                    throw new CommandException("ERR The client ID you want redirect to does not exist");
                }
            } else if (call.request.is(i, "PREFIX") && i + 1 < call.count()) {
                prefixes.add(call.request.bytes(++i));
            } else if (call.request.is(i, "BCAST")) {
                broadcast = true;
            } else if (call.request.is(i, "OPTIN")) {
                optIn = true;
            } else if (call.request.is(i, "OPTOUT")) {
                optOut = true;
            } else if (call.request.is(i, "NOLOOP")) {
                noLoop = true;
            } else {
                throw CommandException.syntax();
            }
        }
        if (call.request.is(2, "OFF")) {
            call.shared.tracking.turnOff(call.session);
        } else if (call.request.is(2, "ON")) {
            turnOn(call, new Tracking(true, broadcast, prefixes, optIn, optOut, noLoop, redirect));
        } else {
            throw CommandException.syntax();
        }
        call.reply.ok();
    }

    private static void turnOn(CommandContext call, Tracking wanted) {
        if (!wanted.broadcast() && !wanted.prefixes().isEmpty()) {
            throw new CommandException("ERR PREFIX option requires BCAST mode to be enabled");
        }
        Tracking now = call.session.trackingOrNone();
        if (now.on() && now.broadcast() != wanted.broadcast()) {
            throw new CommandException("ERR You can't switch BCAST mode on/off before disabling tracking for this"
                    + " client, and then re-enabling it with a different mode.");
        }
        if (wanted.broadcast() && (wanted.optIn() || wanted.optOut())) {
            throw new CommandException("ERR OPTIN and OPTOUT are not compatible with BCAST");
        }
        if (wanted.optIn() && wanted.optOut()) {
            throw new CommandException("ERR You can't specify both OPTIN mode and OPTOUT mode");
        }
        if (now.on() && (wanted.optIn() && now.optOut() || wanted.optOut() && now.optIn())) {
            throw new CommandException("ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this"
                    + " client, and then re-enabling it with a different mode.");
        }
        if (now.prefixes().size() + wanted.prefixes().size() > MOST_PREFIXES) {
            throw new CommandException("ERR a client may have at most " + MOST_PREFIXES + " prefixes");
        }
        TrackingTable.refuseOverlapping(now.prefixes(), wanted.prefixes());
        if (wanted.broadcast() && !call.shared.routing().noticesAllUnder(wanted.prefixes())) {
            throw new CommandException("ERR BCAST needs L2 to report all changes under these prefixes: start with"
                    + " --l2-track-prefixes");
        }
        List<byte[]> prefixes = new ArrayList<>(now.prefixes());
        prefixes.addAll(wanted.prefixes());
        prefixes.sort(Arrays::compareUnsigned);
        call.shared.tracking.turnOn(
                call.session,
                new Tracking(
                        true,
                        wanted.broadcast(),
                        List.copyOf(prefixes),
                        wanted.optIn(),
                        wanted.optOut(),
                        wanted.noLoop(),
                        wanted.redirect()));
    }

    private static void caching(CommandContext call) {
        Tracking own = call.session.trackingOrNone();
        if (!own.on()) {
            throw new CommandException("ERR CLIENT CACHING can be called only when the client is in tracking mode with"
                    + " OPTIN or OPTOUT mode enabled");
        }
        if (call.request.is(2, "YES")) {
            if (!own.optIn()) {
                throw new CommandException(
                        "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
            }
            call.session.caching = Session.Caching.YES;
        } else if (call.request.is(2, "NO")) {
            if (!own.optOut()) {
                throw new CommandException(
                        "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
            }
            call.session.caching = Session.Caching.NO;
        } else {
            throw CommandException.syntax();
        }
        call.reply.ok();
    }

    private static void info(CommandContext call) {
        Tracking own = call.session.trackingOrNone();
        List<String> flags = new ArrayList<>();
        flags.add(own.on() ? "on" : "off");
        add(flags, own.broadcast(), "bcast");
        add(flags, own.optIn(), "optin");
        add(flags, own.optIn() && call.session.caching == Session.Caching.YES, "caching-yes");
        add(flags, own.optOut(), "optout");
        add(flags, own.optOut() && call.session.caching == Session.Caching.NO, "caching-no");
        add(flags, own.noLoop(), "noloop");
        add(flags, own.redirect() != 0 && call.shared.clients.byId(own.redirect()) == null, "broken_redirect");
        call.reply.map(3);
        call.reply.bulk("flags");
        call.reply.set(flags.size());
        flags.forEach(call.reply::bulk);
        call.reply.bulk("redirect");
        call.reply.integer(own.on() ? own.redirect() : -1);
        call.reply.bulk("prefixes");
        call.reply.array(own.prefixes().size());
        own.prefixes().forEach(call.reply::bulk);
    }

    private static void add(List<String> flags, boolean condition, String flag) {
        if (condition) {
            flags.add(flag);
        }
    }
}
