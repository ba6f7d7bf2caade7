package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request may run now. Otherwise it is answered here: with an error, or with QUEUED within MULTI. One
 * per event loop, like the {@link CommandExecutor} that asks it.
 */
final class RequestJudge {
    private final SharedState shared;
    private final ReplyWriter reply;
    private final LoopStats stats;

    RequestJudge(SharedState shared, ReplyWriter reply, LoopStats stats) {
        this.shared = shared;
        this.reply = reply;
        this.stats = stats;
    }

    /** Whether to run the request. False if it was answered: the client may not run it, or it waits for EXEC. */
    boolean admits(Session session, @Nullable Command command, Request request) {
        String refusal = refusal(session, command, request);
        if (refusal != null) {
            refuse(session, command, refusal);
            return false;
        }
        Transaction open = session.transaction;
        if (command != null && open != null && open.open && command.queues) {
            queue(open, command, request);
            return false;
        }
        return true;
    }

    /** The error for a request that may not run; null if it may. */
    private @Nullable String refusal(Session session, @Nullable Command command, Request request) {
        if (command == null) {
            return session.isAuthenticated() || !shared.users.needsLogin()
                    ? Refusals.unknown(request)
                    : Refusals.NOT_AUTHENTICATED;
        }
        String misuse = command.misuse(request);
        if (misuse != null) {
            return misuse;
        }
        if (!session.isAuthenticated() && !command.noAuth) {
            return Refusals.NOT_AUTHENTICATED;
        }
        Denial denied = command.noAuth ? null : Permissions.denial(session.user, command, request);
        if (denied != null) {
            shared.denied(session, command, request, denied);
            return denied.error(session.user, command);
        }
        Transaction open = session.transaction;
        if (open != null && open.open && command.queues && command.flags.contains(CommandFlag.NO_MULTI)) {
            return "ERR Command not allowed inside a transaction";
        }
        // An unknown command is left to L2 to refuse.
        boolean isBarred = !command.is(Trait.WHILE_SUBSCRIBED) && !command.isUnknown;
        return isBarred && session.isSubscriberInResp2() ? Refusals.whileSubscribed(command) : null;
    }

    private void refuse(Session session, @Nullable Command command, String refusal) {
        String error = refusal;
        Transaction open = session.transaction;
        if (command != null && command.role == Role.RUNS_TRANSACTION) {
            session.endTransaction();
            String reason = refusal.startsWith("ERR ") ? refusal.substring(4) : refusal;
            error = "EXECABORT Transaction discarded because of: " + reason;
        } else if (open != null && open.open) {
            open.broken = true;
        }
        UpstreamConnection own = session.own;
        if (own != null) {
            own.refused();
        }
        if (command != null) {
            stats.rejected(command);
        }
        shared.errors.count(error);
        reply.error(error);
    }

    private void queue(Transaction open, Command command, Request request) {
        int most = shared.tunables.queryBufferBytes;
        if (open.bytes() + request.payloadBytes() > most) {
            open.broken = true;
            reply.error("ERR transaction is larger than the query buffer limit of " + most + " bytes");
            return;
        }
        if (open.arguments() + request.count() > CommandExecutor.MOST_ARGUMENTS_ALONE) {
            open.broken = true;
            reply.error("ERR transaction is larger than " + CommandExecutor.MOST_ARGUMENTS_ALONE
                    + " arguments, and no other client is served meanwhile");
            return;
        }
        open.add(command, request.copy());
        reply.simple("QUEUED");
    }

    /** Ends the effect of CLIENT CACHING, which lasts for one command or one transaction. */
    static void forgetCaching(Session session, @Nullable Command command) {
        if (session.caching == Session.Caching.UNSAID || command != null && command.is(Trait.KEEPS_CACHING)) {
            return;
        }
        Transaction open = session.transaction;
        UpstreamConnection own = session.own;
        boolean isInTransaction = open != null && open.open || own != null && own.isInTransaction();
        if (!isInTransaction) {
            session.caching = Session.Caching.UNSAID;
        }
    }
}
