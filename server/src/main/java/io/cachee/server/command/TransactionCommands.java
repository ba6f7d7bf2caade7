package io.cachee.server.command;

import static io.cachee.server.command.Flag.ALLOW_BUSY;
import static io.cachee.server.command.Flag.FAST;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.SKIP_SLOWLOG;
import static io.cachee.server.command.Flag.STALE;

import java.util.List;

/** Several commands as one step, if nobody has interfered. */
final class TransactionCommands {
    private static final int MOST_WATCHED = 100_000;

    private TransactionCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("multi", 1, TransactionCommands::multi)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .in("transaction")
                        .notQueued(),
                Command.named("exec", 1, TransactionCommands::exec)
                        .flags(NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG)
                        .in("transaction")
                        .notQueued(),
                Command.named("discard", 1, TransactionCommands::discard)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .in("transaction")
                        .notQueued(),
                Command.named("watch", -2, TransactionCommands::watch)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .keys(1, -1, 1)
                        .in("transaction")
                        .notQueued(),
                Command.named("unwatch", 1, TransactionCommands::unwatch)
                        .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
                        .in("transaction"));
    }

    private static Transaction of(Session session) {
        Transaction transaction = session.transaction;
        if (transaction == null) {
            transaction = new Transaction();
            session.transaction = transaction;
            session.refresh();
        }
        return transaction;
    }

    static void end(Session session) {
        session.transaction = null;
        session.refresh();
    }

    private static void multi(Call call) {
        Transaction transaction = of(call.session);
        if (transaction.open) {
            throw new CommandException("ERR MULTI calls can not be nested");
        }
        transaction.open = true;
        call.reply.ok();
    }

    private static void discard(Call call) {
        Transaction transaction = call.session.transaction;
        if (transaction == null || !transaction.open) {
            throw new CommandException("ERR DISCARD without MULTI");
        }
        end(call.session);
        call.reply.ok();
    }

    private static void watch(Call call) {
        Transaction transaction = of(call.session);
        if (transaction.watched().isEmpty()) {
            transaction.databaseSwaps = call.instance.databases.swaps();
        }
        if (transaction.open) {
            throw new CommandException("ERR WATCH inside MULTI is not allowed");
        }
        if (transaction.watched().size() + call.count() > MOST_WATCHED) {
            throw new CommandException("ERR a client may watch at most " + MOST_WATCHED + " keys");
        }
        for (int i = 1; i < call.count(); i++) {
            Bytes key = new Bytes(call.key(i).keyBytes());
            if (!transaction.watches(key)) {
                long counter = call.store.coherence(key.value());
                transaction.watch(new Transaction.Watched(key, counter, call.describe()));
            }
        }
        call.reply.ok();
    }

    private static void unwatch(Call call) {
        Transaction transaction = call.session.transaction;
        if (transaction != null && !transaction.open) {
            end(call.session);
        }
        call.reply.ok();
    }

    private static void exec(Call call) {
        Session session = call.session;
        Transaction transaction = session.transaction;
        if (transaction == null || !transaction.open) {
            throw new CommandException("ERR EXEC without MULTI");
        }
        end(session);
        if (transaction.broken) {
            throw new CommandException("EXECABORT Transaction discarded because of previous errors.");
        }
        if (transaction.queued().isEmpty() && transaction.watched().isEmpty()) {
            call.reply.array(0);
            return;
        }
        call.executor.alone(() -> {
            if (isUntouched(call, transaction)) {
                call.executor.runQueued(session, transaction);
            } else {
                call.reply.noArray();
            }
        });
    }

    /**
     * Whether what was watched is as it was. The counter of a key may be shared with another, so a transaction may
     * fail without need, as it would had the other client been a moment earlier; it never succeeds wrongly.
     */
    private static boolean isUntouched(Call call, Transaction transaction) {
        if (!transaction.watched().isEmpty() && transaction.databaseSwaps != call.instance.databases.swaps()) {
            return false;
        }
        for (Transaction.Watched watched : transaction.watched()) {
            byte[] key = watched.key().value();
            boolean same = call.store.isCurrent(key, watched.counter())
                    && call.store.describe(key, 0, key.length, call.info) == watched.present();
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
