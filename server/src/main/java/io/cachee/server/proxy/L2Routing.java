package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRouting;
import io.cachee.server.engine.FlushPermission;
import io.cachee.server.engine.Handler;
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
import org.jspecify.annotations.Nullable;

/**
 * Routes commands before an L2 as the rows of the table say: to the sidecar, to L1, or to L2 over a shared connection
 * or one of the client's own. {@link UnlistedCommands} makes rows for commands that the table lacks.
 *
 * <p>A client's requests take effect in its order. Forwarded requests travel over one connection, one after the other.
 * Loads travel over another: a forwarded request waits for loads that are under way, and a read behind a write that is
 * under way is forwarded after it.
 */
final class L2Routing implements CommandRouting {
    private static final String L2_SETTING = "NOTIFY-KEYSPACE-EVENTS";

    private final BeforeL2 proxy;
    private final NearCache nearCache;
    private final boolean mayAdminister;
    private final L1Reads reads;
    private final KeyspaceWrites writes;
    private final Forwarding forwarding;
    private final Leases leases;
    private final Purges purges;
    private final Explanations explanations;
    private final MergedCommandList commandList;
    private final Handler[] handlers;
    private final Handler onOwnConnection;
    private final UnlistedCommands unlisted;

    /** @param mayAdminister whether L2 is sent commands that change the server itself */
    L2Routing(SharedState shared, BeforeL2 proxy, boolean mayAdminister) {
        this.proxy = proxy;
        this.mayAdminister = mayAdminister;
        this.nearCache = proxy.nearCache();
        int database = proxy.database();
        this.forwarding = new Forwarding(shared, nearCache, database, mayAdminister);
        this.writes = new KeyspaceWrites(nearCache, forwarding, database);
        this.reads = new L1Reads(nearCache, forwarding, database);
        this.leases = new Leases(forwarding, reads);
        this.explanations = new Explanations(nearCache, forwarding, database);
        this.purges = new Purges(nearCache, forwarding, database);
        this.commandList = new MergedCommandList(shared.table, nearCache.l2(), forwarding);
        this.onOwnConnection =
                call -> OwnConnection.of(call, nearCache, forwarding).run(call);
        this.handlers = new Handler[shared.table.commands().size()];
        this.unlisted = new UnlistedCommands(
                nearCache.l2()::command,
                handlers.length,
                forwarding::pass,
                mayAdminister ? onOwnConnection : L2Routing::refuseToAdminister,
                onOwnConnection);
        for (Command command : shared.table.commands()) {
            handlers[command.number] = choose(command);
        }
    }

    private Handler choose(Command command) {
        if (forwarding.isKeptFromL2(command)) {
            return L2Routing::refuseToAdminister;
        }
        return switch (command.route) {
            case LOCAL -> chooseLocal(command);
            case REFUSED -> L2Routing::refuse;
            case L1_READ -> reads.handlerOf(command);
            case KEYSPACE_WRITE -> writes.handlerOf(command);
            case OWN_CONNECTION -> command.role == null ? onOwnConnection : chooseOwn(command, command.role);
            case FORWARD, SPLIT -> command.role == null ? forwarding::pass : chooseForwarded(command, command.role);
        };
    }

    private Handler chooseLocal(Command command) {
        return switch (command.role) {
            case READS_SETTINGS -> this::readSettings;
            case CHANGES_SETTINGS -> this::changeSettings;
            case EXPLAINS -> explanations::explain;
            case null, default -> command.handler;
        };
    }

    private Handler chooseOwn(Command command, Role role) {
        return switch (role) {
            case SUBSCRIBES -> this::subscribe;
            // Without a transaction there is nothing to end: the engine replies as L2 would.
            case RUNS_TRANSACTION, DROPS_TRANSACTION, UNWATCHES -> command.handler;
            default -> onOwnConnection;
        };
    }

    private Handler chooseForwarded(Command command, Role role) {
        return switch (role) {
            case FLUSHES -> this::flush;
            case LEASES -> leases::lease;
            case FILLS -> leases::fill;
            case RELEASES -> leases::release;
            case PURGES -> purges::purge;
            case COMMAND_TABLE, COMMAND_COUNT, COMMAND_INFO, COMMAND_NAMES, COMMAND_KEYS ->
                commandList.handlerOf(command, role);
            default -> forwarding::pass;
        };
    }

    @Override
    public boolean hasL2() {
        return true;
    }

    // ---------------------------------------------------------------- routing

    @Override
    public Command unlisted(@Nullable Command container, Request request) {
        return unlisted.rowOf(container, request);
    }

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

    /** Replies why the command is refused. If a transaction is open, it must fail. */
    private static void refuse(CommandContext call) {
        failTransaction(call);
        call.command.handler.handle(call);
    }

    private static void refuseToAdminister(CommandContext call) {
        failTransaction(call);
        throw new CommandException("ERR '" + call.command.name.replace('|', ' ').toUpperCase(Locale.ROOT)
                + "' changes the server behind and is not passed on to L2 unless --l2-admin=yes");
    }

    private static void refuseInTransaction(CommandContext call) {
        if (call.command.route == Route.REFUSED) {
            refuse(call);
        }
        if (call.command.is(Trait.L2_ADMIN)) {
            refuseToAdminister(call);
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

    /** In RESP2, the channel of client-side caching is the sidecar's. All other channels are L2's. */
    private void subscribe(CommandContext call) {
        boolean isForTracking = call.count() == 2 && call.request.latin(1).equals(TrackingTable.CHANNEL);
        (isForTracking && call.command.isBuiltIn ? call.command.handler : onOwnConnection).handle(call);
    }

    /**
     * The setting of keyspace notifications is L2's, because L2 publishes them. All others are the sidecar's, so a
     * request that names others too is never passed on.
     */
    private void readSettings(CommandContext call) {
        if (call.count() == 3 && isL2Setting(call, 2)) {
            forwarding.pass(call);
        } else {
            call.command.handler.handle(call);
        }
    }

    private void changeSettings(CommandContext call) {
        boolean namesL2s = false;
        for (int i = 2; i < call.count(); i += 2) {
            namesL2s |= isL2Setting(call, i);
        }
        if (!namesL2s) {
            call.command.handler.handle(call);
        } else if (call.count() > 4) {
            throw refusedSetting("is a setting of L2: change it by itself");
        } else if (!mayAdminister) {
            throw refusedSetting("changes the server behind and is not passed on to L2 unless --l2-admin=yes");
        } else {
            forwarding.pass(call);
        }
    }

    private static CommandException refusedSetting(String why) {
        return new CommandException("ERR CONFIG SET failed (possibly related to argument '"
                + L2_SETTING.toLowerCase(Locale.ROOT) + "') - it " + why);
    }

    private static boolean isL2Setting(CommandContext call, int argument) {
        return call.request.is(argument, L2_SETTING);
    }

    private void flush(CommandContext call) {
        FlushPermission.check(call);
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
