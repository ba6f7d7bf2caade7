package io.cachee.server.command;

import io.cachee.l2.RemoteCommand;
import io.cachee.resp.Request;
import io.cachee.server.tier.Tier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How commands are run when there is an L2 behind the store: some are about the sidecar itself and run here; reads of
 * whole values are answered from L1 where that may be done; all others travel to L2 and back as they are, and what they
 * write is forgotten here. Commands that Cachee does not know are L2's to know.
 *
 * <p>A client's requests take effect in its own order. Those that travel do so on one connection, one after the other;
 * loads travel on another, so a request that travels waits for loads that are on their way, and a read behind a write
 * that is on its way travels after it.
 */
final class Tiers {
    /** Run here: they are about the sidecar, its clients and their connections. */
    private static final Set<String> HERE = Set.of(
            "ping",
            "echo",
            "auth",
            "hello",
            "select",
            "quit",
            "reset",
            "client",
            "config",
            "info",
            "memory",
            "slowlog",
            "latency",
            "hotkeys",
            "acl",
            "time",
            "shutdown",
            "lastsave",
            "role",
            "post",
            "host:");
    /** Of these, those that may run while replies to earlier requests are still to come. */
    private static final Set<String> AT_ANY_TIME = Set.of("ping", "echo", "time");
    /** Those that need a connection of their own, at least for a while. */
    private static final Set<String> ON_OWN_CONNECTION = Set.of(
            "multi",
            "watch",
            "subscribe",
            "psubscribe",
            "ssubscribe",
            "unsubscribe",
            "punsubscribe",
            "sunsubscribe",
            "monitor",
            // Those that may wait, whether L2 has said so yet or not: over a shared connection all others would wait
            // too.
            "blpop",
            "brpop",
            "brpoplpush",
            "blmove",
            "blmpop",
            "bzpopmin",
            "bzpopmax",
            "bzmpop",
            "xread",
            "xreadgroup",
            "wait",
            "waitaof");

    private static final int MOST_REMOTE_COMMANDS = 1_000;

    private final Tier tier;
    private final int database;
    private final TierReads reads;
    private final TierWrites writes;
    private final PassThrough passing;
    private final Handler[] handlers;
    private final Handler onOwnConnection;
    private final Map<String, Command> remote = new ConcurrentHashMap<>();

    /** With the database of L2 whose values are kept. */
    Tiers(Instance instance, Tier tier, int database) {
        this.tier = tier;
        this.database = database;
        this.passing = new PassThrough(instance, tier, database);
        this.writes = new TierWrites(tier, passing, database);
        this.reads = new TierReads(tier, passing, database);
        this.onOwnConnection = call -> OwnConnection.of(call, tier, passing).run(call);
        this.handlers = new Handler[instance.table.commands().size()];
        for (Command command : instance.table.commands()) {
            handlers[command.number] = choose(command);
        }
    }

    private Handler choose(Command command) {
        String name = command.name;
        if (name.equals("config")) {
            return this::configure;
        }
        if (HERE.contains(name)) {
            return command.handler;
        }
        if (name.equals("subscribe")) {
            return this::subscribe;
        }
        if (ON_OWN_CONNECTION.contains(name)) {
            return onOwnConnection;
        }
        if (name.startsWith("cachee.")) {
            return command.handler;
        }
        Handler write = writes.handlerOf(name);
        if (write != null) {
            return write;
        }
        Handler read = reads.handlerOf(name);
        return read != null ? read : name.equals("flushall") || name.equals("flushdb") ? this::flush : passing::pass;
    }

    static boolean runsHere(Command command) {
        return HERE.contains(command.name);
    }

    Tier tier() {
        return tier;
    }

    TierReads reads() {
        return reads;
    }

    PassThrough passing() {
        return passing;
    }

    int database() {
        return database;
    }

    /** Whether L2 reports every change under these prefixes, not just those of keys that were read. */
    boolean reportsAllUnder(List<byte[]> prefixes) {
        List<String> reported = tier.trackedPrefixes();
        return !prefixes.isEmpty()
                && prefixes.stream()
                        .allMatch(wanted -> reported.stream()
                                .anyMatch(one -> new String(wanted, StandardCharsets.UTF_8).startsWith(one)));
    }

    Handler handlerOf(Session session, Command command) {
        OwnConnection own = session.own;
        if (own != null && own.takes(command)) {
            return onOwnConnection;
        }
        if (own != null && own.refuses(command)) {
            return Tiers::refuseInTransaction;
        }
        return command.number < handlers.length ? handlers[command.number] : command.handler;
    }

    private static void refuseInTransaction(Call call) {
        OwnConnection own = call.session.own;
        if (own != null) {
            own.refused();
        }
        throw new CommandException("ERR Command not allowed inside a transaction");
    }

    /** A command that L2 knows and Cachee does not; or one that nobody knows, for L2 to say so. */
    Command remote(Request request) {
        String name = request.latin(0).toLowerCase(Locale.ROOT);
        Command known = remote.get(name);
        if (known != null) {
            return known;
        }
        RemoteCommand described = tier.l2().command(name);
        Command made = describe(name, described);
        if (described != null && remote.size() < MOST_REMOTE_COMMANDS) {
            remote.put(name, made);
        }
        return made;
    }

    private Command describe(String name, @Nullable RemoteCommand described) {
        boolean isOwn = ON_OWN_CONNECTION.contains(name) || described != null && described.isBlocking();
        Command.Builder row = Command.named(name, -1, isOwn ? onOwnConnection : passing::pass);
        if (described != null) {
            if (described.isWrite()) {
                row.flags(Flag.WRITE).accesses();
            } else if (described.flags().contains("readonly")) {
                row.flags(Flag.READONLY);
            }
            if (described.flags().contains("admin")) {
                row.flags(Flag.ADMIN);
            }
            if (described.hasMovableKeys()) {
                row.hidesKeys();
            }
            row.in(described.categories().toArray(String[]::new));
            row.keys(described.firstKey(), described.lastKey(), described.step());
        } else {
            row.unknown();
        }
        if (described == null || mayWriteUnnamed(described)) {
            row.writesUnnamed();
        }
        return row.build(handlers.length);
    }

    private static boolean mayWriteUnnamed(RemoteCommand described) {
        return !described.flags().contains("readonly") && (described.hasMovableKeys() || described.firstKey() == 0);
    }

    /** Whether a request of a client that still waits for replies has to wait for them, too. */
    // Whether a handler is that very one.
    @SuppressWarnings("ReferenceEquality")
    boolean waitsForReplies(Session session, Command command) {
        OwnConnection own = session.own;
        if (session.barriersAwaited > 0) {
            return true;
        }
        if (own != null) {
            return !own.takes(command) || own.isBlocked();
        }
        Handler handler = handlerOf(session, command);
        if (handler == onOwnConnection || command.name.equals("subscribe")) {
            return true;
        }
        if (HERE.contains(command.name)) {
            return !AT_ANY_TIME.contains(command.name);
        }
        boolean isAnsweredHere = reads.handlerOf(command.name) != null && session.writesAwaited == 0;
        return !isAnsweredHere && session.loadsAwaited > 0;
    }

    /** Clients of the old protocol are told here of what has changed; all other channels are L2's. */
    private void subscribe(Call call) {
        boolean isOfTracking = call.count() == 2 && call.request.latin(1).equals("__redis__:invalidate");
        (isOfTracking ? call.command.handler : onOwnConnection).handle(call);
    }

    /** Of what CONFIG is about, the events that are published are L2's matter. */
    private void configure(Call call) {
        if (call.count() > 2 && call.request.is(2, "NOTIFY-KEYSPACE-EVENTS")) {
            passing.pass(call);
        } else {
            call.command.handler.handle(call);
        }
    }

    private void flush(Call call) {
        ServerCommands.checkFlush(call);
        passing.pass(call);
    }
}
