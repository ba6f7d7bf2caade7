package io.cachee.server.proxy;

import io.cachee.l2.RemoteCommand;
import io.cachee.l2.RemoteKeySpec;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandFlag;
import io.cachee.server.engine.CommandRow;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.KeySpec;
import io.cachee.server.engine.Route;
import io.cachee.server.engine.Secrets;
import io.cachee.server.engine.Trait;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rows for commands that the table lacks, made from what L2's COMMAND says about them.
 *
 * <p>Such a command shares a connection only if L2 flags it as a read or a write, tells where its keys are, and gives
 * it no flag of a command that needs more ({@link RemoteCommand#mayShareConnection}). A subcommand that the table lacks
 * never does, and neither does a command that L2 says nothing about. They get a connection of the client's own: on a
 * shared one, one reply too many or too few would give every later reply to the wrong client.
 *
 * <p>What L2 flags as {@code admin} may change the server behind, and so may a subcommand that L2 does not describe if
 * others of its container do.
 */
final class UnlistedCommands {
    private static final int MOST_KEPT = 1_000;

    private final Function<String, @Nullable RemoteCommand> inL2;
    private final int number;
    private final Handler onSharedConnection;
    private final Handler administering;
    private final Handler onOwnConnection;
    private final Map<String, Command> kept = new ConcurrentHashMap<>();

    /**
     * @param inL2 describes a command by its name in lower case; null if nothing is known about it
     * @param number the number of all rows made here, for counters
     * @param administering runs, or refuses, what may change the server behind
     */
    UnlistedCommands(
            Function<String, @Nullable RemoteCommand> inL2,
            int number,
            Handler onSharedConnection,
            Handler administering,
            Handler onOwnConnection) {
        this.inL2 = inL2;
        this.number = number;
        this.onSharedConnection = onSharedConnection;
        this.administering = administering;
        this.onOwnConnection = onOwnConnection;
    }

    /**
     * The row of a request.
     *
     * @param container the command in the table if it only lacks the subcommand
     */
    Command rowOf(@Nullable Command container, Request request) {
        if (container != null && container.route == Route.LOCAL) {
            return container;
        }
        String name = request.latin(0).toLowerCase(Locale.ROOT);
        Command known = container == null ? kept.get(name) : null;
        if (known != null) {
            return known;
        }
        RemoteCommand described = inL2.apply(name);
        boolean needsSubcommand = described != null && !described.subcommands().isEmpty();
        if (request.count() > 1 && (container != null || needsSubcommand)) {
            return subcommand(name + "|" + request.latin(1).toLowerCase(Locale.ROOT), container, described);
        }
        return described == null ? unknown(name, false) : keep(describe(described, described.mayShareConnection()));
    }

    /** A subcommand that L2 does not describe may change the server behind if others of its container do. */
    private Command subcommand(String name, @Nullable Command listed, @Nullable RemoteCommand container) {
        Command known = kept.get(name);
        if (known != null) {
            return known;
        }
        RemoteCommand described = container == null ? null : container.subcommand(name);
        if (described != null) {
            return keep(describe(described, false));
        }
        boolean othersAreAdmin =
                container != null && container.subcommands().stream().anyMatch(UnlistedCommands::isAdmin);
        return unknown(name, othersAreAdmin || listed != null && mayAdminister(listed));
    }

    private Command keep(Command row) {
        if (kept.size() < MOST_KEPT) {
            kept.put(row.name, row);
        }
        return row;
    }

    private static boolean mayAdminister(Command container) {
        return container.is(Trait.L2_ADMIN)
                || container.subcommands().stream().anyMatch(subcommand -> subcommand.is(Trait.L2_ADMIN));
    }

    private static boolean isAdmin(RemoteCommand described) {
        return described.flags().contains("admin");
    }

    private Command unknown(String name, boolean isAdmin) {
        CommandRow row = new CommandRow(name, -1, isAdmin ? administering : onOwnConnection, false);
        row.isUnknown = true;
        row.isUnlisted = true;
        // It may be AUTH with a typing error.
        row.secrets = Secrets.ALL;
        row.traits.add(Trait.WRITES_UNNAMED);
        if (isAdmin) {
            row.flag(CommandFlag.ADMIN);
            row.traits.add(Trait.L2_ADMIN);
        }
        return new Command(row, number);
    }

    private Command describe(RemoteCommand described, boolean mayShare) {
        Handler own = isAdmin(described) ? administering : onOwnConnection;
        CommandRow row = new CommandRow(described.name(), -1, mayShare ? onSharedConnection : own, false);
        row.isUnlisted = true;
        row.route = mayShare ? Route.FORWARD : Route.OWN_CONNECTION;
        boolean isRead = described.isReadonly();
        if (described.isWrite()) {
            row.flag(CommandFlag.WRITE);
        } else if (isRead) {
            row.flag(CommandFlag.READONLY);
        }
        if (isAdmin(described)) {
            row.flag(CommandFlag.ADMIN);
            row.traits.add(Trait.L2_ADMIN);
        }
        addKeys(row, described.keys(), described);
        boolean namesAll = !described.hasMovableKeys() && described.keys().first() > 0;
        if (!isRead && !namesAll) {
            row.traits.add(Trait.WRITES_UNNAMED);
        }
        if (described.categories().contains("scripting") && !row.keySpecs.isEmpty()) {
            row.traits.add(Trait.RUNS_SCRIPTS);
        }
        row.in(described.categories());
        return new Command(row, number);
    }

    /** Before Redis 7, a server tells about one row of keys, and that there may be others. */
    private static void addKeys(CommandRow row, RemoteCommand.Keys keys, RemoteCommand described) {
        for (RemoteKeySpec spec : keys.specs()) {
            row.keySpecs.add(KeySpec.of(
                    spec.flags(),
                    spec.isCounted(),
                    spec.keyword(),
                    spec.index(),
                    spec.last(),
                    spec.step(),
                    spec.limit()));
        }
        if (!keys.specs().isEmpty()) {
            return;
        }
        if (keys.first() > 0) {
            row.keySpecs.add(KeySpec.row(keys.first(), keys.last(), keys.step(), !described.isReadonly()));
        }
        boolean usesKeys = described.isReadonly() || described.isWrite();
        if (described.hasMovableKeys() || usesKeys && keys.first() == 0) {
            row.traits.add(Trait.HIDES_KEYS);
        }
    }
}
