package io.cachee.server.proxy;

import io.cachee.l2.RemoteCommand;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandFlag;
import io.cachee.server.engine.CommandRouting;
import io.cachee.server.engine.CommandRow;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.KeySpec;
import io.cachee.server.engine.Role;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.TrackingTable;
import io.cachee.server.engine.Trait;
import io.cachee.server.metrics.MetricWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Routes commands before an L2, as the rows of the table say: to the sidecar, to L1, or to L2 over a connection that
 * clients share or one of the client's own.
 *
 * <p>A command that the table lacks shares a connection only if L2's own COMMAND calls it a read or a write, tells
 * where its keys are, and gives it no flag of a command that needs more than that. Everything else gets a connection of
 * its own: one reply too many or too few on a shared connection would give every later reply to the wrong client.
 *
 * <p>A client's requests take effect in its own order. Requests that are forwarded travel on one connection, one after
 * the other. Loads travel on another, so a forwarded request waits for loads that are under way, and a read behind a
 * write that is under way is forwarded after it.
 */
final class L2Routing implements CommandRouting {
    private static final int MOST_UNLISTED_COMMANDS = 1_000;

    private final BeforeL2 proxy;
    private final NearCache nearCache;
    private final int database;
    private final L1Reads reads;
    private final KeyspaceWrites writes;
    private final Forwarding forwarding;
    private final Leases leases;
    private final Purges purge;
    private final MergedCommandList commandList;
    private final Handler[] handlers;
    private final Handler onOwnConnection;
    private final Map<String, Command> unlisted = new ConcurrentHashMap<>();

    L2Routing(SharedState shared, BeforeL2 proxy) {
        this.proxy = proxy;
        this.nearCache = proxy.nearCache();
        this.database = proxy.database();
        this.forwarding = new Forwarding(shared, nearCache, database);
        this.writes = new KeyspaceWrites(nearCache, forwarding, database);
        this.reads = new L1Reads(nearCache, forwarding, database);
        this.leases = new Leases(forwarding, reads);
        this.purge = new Purges(nearCache, forwarding, database);
        this.commandList = new MergedCommandList(shared.table, nearCache.l2(), forwarding);
        this.onOwnConnection =
                call -> OwnConnection.of(call, nearCache, forwarding).run(call);
        this.handlers = new Handler[shared.table.commands().size()];
        for (Command command : shared.table.commands()) {
            handlers[command.number] = choose(command);
        }
    }

    private Handler choose(Command command) {
        return switch (command.route) {
            case LOCAL -> command.role == Role.SETTINGS ? this::configure : command.handler;
            case REFUSED -> L2Routing::refuse;
            case L1_READ -> reads.handlerOf(command);
            case KEYSPACE_WRITE -> writes.handlerOf(command);
            case OWN_CONNECTION -> command.role == null ? onOwnConnection : chooseOwn(command.role);
            case FORWARD, SPLIT -> command.role == null ? forwarding::pass : chooseForwarded(command, command.role);
        };
    }

    private Handler chooseOwn(Role role) {
        return switch (role) {
            case SUBSCRIBES -> this::subscribe;
            // Without a transaction there is nothing to end.
            case RUNS_TRANSACTION, DROPS_TRANSACTION, UNWATCHES -> this::endNothing;
            default -> onOwnConnection;
        };
    }

    private Handler chooseForwarded(Command command, Role role) {
        return switch (role) {
            case FLUSHES -> this::flush;
            case LEASES -> leases::lease;
            case FILLS -> leases::fill;
            case RELEASES -> leases::release;
            case PURGES -> purge::purge;
            case COMMAND_TABLE, COMMAND_COUNT, COMMAND_INFO, COMMAND_NAMES, COMMAND_KEYS ->
                commandList.handlerOf(command, role);
            default -> forwarding::pass;
        };
    }

    @Override
    public boolean hasL2() {
        return true;
    }

    // ---------------------------------------------------------------- commands that the table lacks

    @Override
    public Command unlisted(@Nullable Command container, Request request) {
        String name = request.latin(0).toLowerCase(Locale.ROOT);
        if (container != null) {
            return container.route == Route.LOCAL
                    ? container
                    : unknown(name + "|" + request.latin(1).toLowerCase(Locale.ROOT));
        }
        Command known = unlisted.get(name);
        if (known != null) {
            return known;
        }
        RemoteCommand described = nearCache.l2().command(name);
        if (described == null) {
            return unknown(name);
        }
        Command made = describe(name, described);
        if (unlisted.size() < MOST_UNLISTED_COMMANDS) {
            unlisted.put(name, made);
        }
        return made;
    }

    private Command unknown(String name) {
        CommandRow row = new CommandRow(name, -1, onOwnConnection, false);
        row.isUnknown = true;
        row.traits.add(Trait.WRITES_UNNAMED);
        return new Command(row, handlers.length);
    }

    private Command describe(String name, RemoteCommand described) {
        boolean mayShare = described.mayShareConnection();
        CommandRow row = new CommandRow(name, -1, mayShare ? forwarding::pass : onOwnConnection, false);
        row.route = mayShare ? Route.FORWARD : Route.OWN_CONNECTION;
        boolean isRead = described.isReadonly();
        if (described.firstKey() > 0) {
            row.keySpecs.add(KeySpec.row(described.firstKey(), described.lastKey(), described.step(), !isRead));
        }
        if (described.isWrite()) {
            row.flag(CommandFlag.WRITE);
        } else if (isRead) {
            row.flag(CommandFlag.READONLY);
        }
        if (described.flags().contains("admin")) {
            row.flag(CommandFlag.ADMIN);
        }
        if (described.hasMovableKeys()) {
            row.traits.add(Trait.HIDES_KEYS);
        }
        if (!isRead && (described.hasMovableKeys() || described.firstKey() == 0)) {
            row.traits.add(Trait.WRITES_UNNAMED);
        }
        row.in(described.categories());
        return new Command(row, handlers.length);
    }

    // ---------------------------------------------------------------- routing

    @Override
    public Handler handlerOf(Session session, Command command) {
        OwnConnection own = OwnConnection.of(session);
        if (own != null && own.refuses(command)) {
            return L2Routing::refuseInTransaction;
        }
        if (own != null && own.takes(command)) {
            return onOwnConnection;
        }
        return command.number < handlers.length ? handlers[command.number] : command.handler;
    }

    /** Runs what refuses the command; a transaction that the command would have been part of must fail. */
    private static void refuse(CommandContext call) {
        failTransaction(call);
        call.command.handler.handle(call);
    }

    private static void refuseInTransaction(CommandContext call) {
        if (call.command.route == Route.REFUSED) {
            refuse(call);
        }
        failTransaction(call);
        throw new CommandException("ERR Command not allowed inside a transaction");
    }

    private static void failTransaction(CommandContext call) {
        OwnConnection own = OwnConnection.of(call.session);
        if (own != null) {
            own.refused();
        }
    }

    @Override
    public boolean mustWait(Session session, Command command) {
        OwnConnection own = OwnConnection.of(session);
        if (session.barriersAwaited > 0) {
            return true;
        }
        if (own != null) {
            return own.mustWait(command);
        }
        return switch (command.route) {
            case OWN_CONNECTION -> true;
            case LOCAL -> !command.is(Trait.ANY_TIME);
            case L1_READ -> session.writesAwaited > 0 && session.loadsAwaited > 0;
            case KEYSPACE_WRITE, FORWARD, SPLIT, REFUSED -> session.loadsAwaited > 0;
        };
    }

    /** Clients of the old protocol hear here of what has changed; all other channels are L2's. */
    private void subscribe(CommandContext call) {
        boolean isForTracking = call.count() == 2 && call.request.latin(1).equals(TrackingTable.CHANNEL);
        (isForTracking && call.command.isBuiltIn ? call.command.handler : onOwnConnection).handle(call);
    }

    /** EXEC, DISCARD and UNWATCH where there is no transaction, which the engine answers as L2 would. */
    private void endNothing(CommandContext call) {
        OwnConnection own = OwnConnection.of(call.session);
        (own == null ? call.command.handler : onOwnConnection).handle(call);
    }

    /** Which events are published is for L2 to say; all other settings are the sidecar's. */
    private void configure(CommandContext call) {
        if (call.count() > 2 && call.request.is(2, "NOTIFY-KEYSPACE-EVENTS")) {
            forwarding.pass(call);
        } else {
            call.command.handler.handle(call);
        }
    }

    private void flush(CommandContext call) {
        call.checkFlush();
        forwarding.pass(call);
    }

    // ---------------------------------------------------------------- about L2

    @Override
    public boolean noticesAllUnder(List<byte[]> prefixes) {
        List<String> reported = nearCache.trackedPrefixes();
        return !prefixes.isEmpty()
                && prefixes.stream()
                        .allMatch(wanted -> reported.stream()
                                .anyMatch(one -> new String(wanted, StandardCharsets.UTF_8).startsWith(one)));
    }

    @Override
    public String info() {
        return L2Info.of(proxy);
    }

    @Override
    public void writeMetrics(MetricWriter out) {
        new L2Metrics(nearCache, out).write();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
