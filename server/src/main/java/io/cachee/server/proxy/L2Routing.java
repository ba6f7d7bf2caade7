package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRouting;
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
    private final BeforeL2 proxy;
    private final NearCache nearCache;
    private final L1Reads reads;
    private final KeyspaceWrites writes;
    private final Forwarding forwarding;
    private final Leases leases;
    private final Purges purges;
    private final MergedCommandList commandList;
    private final Handler[] handlers;
    private final Handler onOwnConnection;
    private final UnlistedCommands unlisted;

    L2Routing(SharedState shared, BeforeL2 proxy) {
        this.proxy = proxy;
        this.nearCache = proxy.nearCache();
        int database = proxy.database();
        this.forwarding = new Forwarding(shared, nearCache, database);
        this.writes = new KeyspaceWrites(nearCache, forwarding, database);
        this.reads = new L1Reads(nearCache, forwarding, database);
        this.leases = new Leases(forwarding, reads);
        this.purges = new Purges(nearCache, forwarding, database);
        this.commandList = new MergedCommandList(shared.table, nearCache.l2(), forwarding);
        this.onOwnConnection = call -> OwnConnection.of(call, nearCache, forwarding).run(call);
        this.handlers = new Handler[shared.table.commands().size()];
        this.unlisted =
                new UnlistedCommands(nearCache.l2()::command, handlers.length, forwarding::pass, onOwnConnection);
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
            case OWN_CONNECTION -> command.role == null ? onOwnConnection : chooseOwn(command, command.role);
            case FORWARD, SPLIT -> command.role == null ? forwarding::pass : chooseForwarded(command, command.role);
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

    /** In RESP2, the channel of client-side caching is the sidecar's. All other channels are L2's. */
    private void subscribe(CommandContext call) {
        boolean isForTracking = call.count() == 2 && call.request.latin(1).equals(TrackingTable.CHANNEL);
        (isForTracking && call.command.isBuiltIn ? call.command.handler : onOwnConnection).handle(call);
    }

    /** The setting of keyspace notifications is L2's, because L2 publishes them. All others are the sidecar's. */
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
