package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** INFO, TIME, MONITOR, SHUTDOWN and the administration of a server. */
final class ServerCommands {
    private ServerCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("info -1 loading,stale @dangerous LOCAL", ServerCommands::info);
        rows.add("time 1 loading,stale,fast LOCAL any-time in-transaction", ServerCommands::time);
        rows.add(
                "lastsave 1 loading,stale,fast @admin @dangerous LOCAL",
                call -> call.reply.integer(call.shared.startedMillis / 1_000));
        rows.add("monitor 1 admin,noscript,loading,stale,no_multi OWN_CONNECTION as=monitors", ServerCommands::monitor);
        rows.add("shutdown -1 admin,noscript,loading,stale,no_multi,allow_busy LOCAL", ServerCommands::shutdown);

        // Browsers send these words at the start of an HTTP request.
        rows.add("post -1 loading,stale,no_auth LOCAL", ServerCommands::attack);
        rows.add("host: -1 loading,stale,no_auth LOCAL", ServerCommands::attack);

        // L2 alone runs these.
        rows.add("lolwut -1 readonly,fast FORWARD");
        rows.add("debug -2 admin,noscript,loading,stale OWN_CONNECTION l2-admin");
        rows.add("save 1 admin,noscript,no_multi,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("bgsave -1 admin,noscript,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("bgrewriteaof 1 admin,noscript,no_async_loading OWN_CONNECTION l2-admin");

        rows.add("module -2 OWN_CONNECTION");
        rows.add("module|help 2 loading,stale OWN_CONNECTION");
        rows.add("module|list 2 admin,noscript OWN_CONNECTION");
        rows.add("module|load -3 admin,noscript,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("module|loadex -3 admin,noscript,no_async_loading OWN_CONNECTION l2-admin");
        rows.add("module|unload 3 admin,noscript,no_async_loading OWN_CONNECTION l2-admin");
    }

    private static void info(CommandContext call) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            sections.add(call.request.text(i).toLowerCase(Locale.ROOT));
        }
        call.reply.verbatim(new InfoText(call.shared).sections(sections));
    }

    private static void time(CommandContext call) {
        Instant now = Instant.now();
        call.reply.array(2);
        call.reply.bulk(now.getEpochSecond());
        call.reply.bulk(now.getNano() / 1_000);
    }

    private static void monitor(CommandContext call) {
        if (!call.session.monitors) {
            // Redis leaves a second one unanswered.
            call.shared.monitors.add(call.session);
            call.reply.ok();
        }
    }

    private static void shutdown(CommandContext call) {
        Runnable end = call.shared.onShutdown();
        if (end == null) {
            throw new CommandException("ERR Errors trying to SHUTDOWN. Check logs.");
        }
        call.session.finish();
        end.run();
    }

    /** Closes the connection of a browser that was tricked into sending an HTTP request here. */
    private static void attack(CommandContext call) {
        call.shared.log(
                "possible attack: an HTTP request from " + call.session.link.remoteAddress()
                        + " at the port for RESP; closed",
                null);
        call.shared.counters.protocolErrors.increment();
        call.session.finish();
    }
}
