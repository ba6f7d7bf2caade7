package io.cachee.server.command;

import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Transaction;

/** MULTI, EXEC and WATCH. */
final class TransactionCommands {
    private static final int MOST_WATCHED = 100_000;

    private TransactionCommands() {}

    static void addTo(CommandRows rows) {
        rows.add(
                "multi 1 noscript,loading,stale,fast,allow_busy @transaction OWN_CONNECTION as=opens-transaction"
                        + " unqueued",
                TransactionCommands::multi);
        rows.add(
                "exec 1 noscript,loading,stale,skip_slowlog @transaction OWN_CONNECTION as=runs-transaction unqueued",
                TransactionCommands::exec);
        rows.add(
                "discard 1 noscript,loading,stale,fast,allow_busy @transaction OWN_CONNECTION as=drops-transaction"
                        + " unqueued",
                TransactionCommands::discard);
        rows.add(
                "watch -2 noscript,loading,stale,fast,allow_busy @transaction RO:1..-1 OWN_CONNECTION as=watches"
                        + " unqueued",
                TransactionCommands::watch);
        rows.add(
                "unwatch 1 noscript,loading,stale,fast,allow_busy @transaction OWN_CONNECTION as=unwatches",
                TransactionCommands::unwatch);
    }

    private static void multi(CommandContext call) {
        Transaction transaction = of(call.session);
        if (transaction.open) {
            throw new CommandException("ERR MULTI calls can not be nested");
        }
        transaction.open = true;
        call.reply.ok();
    }

    private static void exec(CommandContext call) {
        Session session = call.session;
        Transaction transaction = session.transaction;
        if (transaction == null || !transaction.open) {
            throw new CommandException("ERR EXEC without MULTI");
        }
        session.endTransaction();
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
     * Whether the watched keys have not changed. Keys may share a counter, so a transaction may fail without need, but
     * it never succeeds wrongly.
     */
    private static boolean isUntouched(CommandContext call, Transaction transaction) {
        if (!transaction.watched().isEmpty() && transaction.databaseSwaps != call.shared.databases.swaps()) {
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

    private static void discard(CommandContext call) {
        Transaction transaction = call.session.transaction;
        if (transaction == null || !transaction.open) {
            throw new CommandException("ERR DISCARD without MULTI");
        }
        call.session.endTransaction();
        call.reply.ok();
    }

    private static void watch(CommandContext call) {
        Transaction transaction = of(call.session);
        if (transaction.watched().isEmpty()) {
            transaction.databaseSwaps = call.shared.databases.swaps();
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

    private static void unwatch(CommandContext call) {
        Transaction transaction = call.session.transaction;
        if (transaction != null && !transaction.open) {
            call.session.endTransaction();
        }
        call.reply.ok();
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
}
