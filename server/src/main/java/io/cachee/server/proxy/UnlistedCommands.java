package io.cachee.server.proxy;

import io.cachee.l2.RemoteCommand;
import io.cachee.resp.Request;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandFlag;
import io.cachee.server.engine.CommandRow;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.KeySpec;
import io.cachee.server.engine.Route;
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
        String name = request.latin(0).toLowerCase(Locale.ROOT);
        if (container != null && container.route == Route.LOCAL) {
            return container;
        }
        if (container != null) {
            String subcommand = subcommandOf(name, request);
            RemoteCommand described = inL2.apply(subcommand);
            return unknown(subcommand, described == null ? mayAdminister(container) : isAdmin(described));
        }
        Command known = kept.get(name);
        if (known == null) {
            RemoteCommand described = inL2.apply(name);
            if (described == null) {
                return unknown(name, false);
            }
            known = describe(name, described);
            if (kept.size() < MOST_KEPT) {
                kept.put(name, known);
            }
        }
        return isAdminSubcommand(name, request) ? unknown(subcommandOf(name, request), true) : known;
    }

    private static String subcommandOf(String name, Request request) {
        return name + "|" + request.latin(1).toLowerCase(Locale.ROOT);
    }

    /** Whether the request names a subcommand, and L2 flags that although not its container. */
    private boolean isAdminSubcommand(String name, Request request) {
        RemoteCommand described = request.count() < 2 ? null : inL2.apply(subcommandOf(name, request));
        return described != null && isAdmin(described);
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
        row.traits.add(Trait.WRITES_UNNAMED);
        if (isAdmin) {
            row.flag(CommandFlag.ADMIN);
            row.traits.add(Trait.L2_ADMIN);
        }
        return new Command(row, number);
    }

    private Command describe(String name, RemoteCommand described) {
        boolean mayShare = described.mayShareConnection();
        Handler own = isAdmin(described) ? administering : onOwnConnection;
        CommandRow row = new CommandRow(name, -1, mayShare ? onSharedConnection : own, false);
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
        if (isAdmin(described)) {
            row.flag(CommandFlag.ADMIN);
            row.traits.add(Trait.L2_ADMIN);
        }
        if (described.hasMovableKeys()) {
            row.traits.add(Trait.HIDES_KEYS);
        }
        if (!isRead && (described.hasMovableKeys() || described.firstKey() == 0)) {
            row.traits.add(Trait.WRITES_UNNAMED);
        }
        row.in(described.categories());
        return new Command(row, number);
    }
}
