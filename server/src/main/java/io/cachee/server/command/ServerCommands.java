package io.cachee.server.command;

import static io.cachee.server.command.Flag.ADMIN;
import static io.cachee.server.command.Flag.FAST;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.NO_MULTI;
import static io.cachee.server.command.Flag.READONLY;
import static io.cachee.server.command.Flag.STALE;
import static io.cachee.server.command.Flag.WRITE;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The cache as a whole. */
final class ServerCommands {
    private ServerCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("flushall", -1, ServerCommands::flushAll)
                        .flags(WRITE)
                        .in("keyspace", "dangerous")
                        .exclusive(),
                Command.named("flushdb", -1, ServerCommands::flushDatabase)
                        .flags(WRITE)
                        .in("keyspace", "dangerous")
                        .exclusive(),
                Command.named("swapdb", 3, ServerCommands::swap)
                        .flags(WRITE, FAST)
                        .in("keyspace", "dangerous")
                        .exclusive(),
                Command.named("info", -1, ServerCommands::info)
                        .flags(LOADING, STALE)
                        .in("dangerous"),
                Command.named("memory", -2, ServerCommands::memory)
                        .flags(READONLY)
                        .keys(0, 0, 0)
                        .subcommand("doctor", 2)
                        .subcommand("help", 2)
                        .subcommand("malloc-stats", 2)
                        .subcommand("purge", 2)
                        .subcommand("stats", 2)
                        .subcommand("usage", -3),
                Command.named("time", 1, ServerCommands::time).flags(LOADING, STALE, FAST),
                Command.named("wait", 3, ServerCommands::waitForReplicas)
                        .flags(NOSCRIPT)
                        .in("connection"),
                Command.named("lastsave", 1, call -> call.reply.integer(call.instance.startedMillis / 1_000))
                        .flags(LOADING, STALE, FAST)
                        .in("admin", "dangerous"),
                Command.named("role", 1, ServerCommands::role)
                        .flags(NOSCRIPT, LOADING, STALE, FAST)
                        .in("admin", "dangerous"),
                Command.named("shutdown", -1, ServerCommands::shutdown)
                        .flags(ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, Flag.ALLOW_BUSY),
                Command.named("post", -1, ServerCommands::attack).flags(LOADING, STALE, Flag.NO_AUTH),
                Command.named("host:", -1, ServerCommands::attack).flags(LOADING, STALE, Flag.NO_AUTH));
    }

    // ---------------------------------------------------------------- flushing

    static void checkFlush(Call call) {
        for (int i = 1; i < call.count(); i++) {
            if (!call.request.is(i, "ASYNC") && !call.request.is(i, "SYNC") || call.count() > 2) {
                throw CommandException.syntax();
            }
        }
        boolean named = !call.session.user.name.equals(Users.DEFAULT);
        if (!call.instance.options.allowFlush() && !named) {
            throw new CommandException("ERR " + call.command.upperCaseName() + " is not allowed: start with"
                    + " --allow-flush, or log in as a user whose rules allow it");
        }
    }

    private static void flushAll(Call call) {
        checkFlush(call);
        call.store.clear();
        cleared(call);
    }

    private static void cleared(Call call) {
        call.instance.tracking.cleared();
        call.reply.ok();
    }

    private static void flushDatabase(Call call) {
        checkFlush(call);
        if (!call.instance.databases.severalUsed() && call.session.database == 0) {
            call.store.clear();
        } else {
            for (byte[] key : ScanCommands.all(call)) {
                call.key(key).delete();
            }
        }
        cleared(call);
    }

    private static void swap(Call call) {
        int one = database(call, 1, "first");
        int other = database(call, 2, "second");
        if (one != other) {
            call.instance.databases.swap(one, other);
            call.instance.tracking.cleared();
        }
        call.reply.ok();
    }

    private static int database(Call call, int argument, String which) {
        Decimal.integer(call.request, argument, "ERR invalid " + which + " DB index");
        return ConnectionCommands.database(call, argument);
    }

    // ---------------------------------------------------------------- telling

    private static void info(Call call) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            sections.add(call.request.text(i).toLowerCase(Locale.ROOT));
        }
        call.reply.verbatim(new InfoText(call.instance).sections(sections));
    }

    private static void time(Call call) {
        java.time.Instant now = java.time.Instant.now();
        call.reply.array(2);
        call.reply.bulk(now.getEpochSecond());
        call.reply.bulk(now.getNano() / 1_000);
    }

    private static void waitForReplicas(Call call) {
        Decimal.integer(call.request, 1);
        if (Decimal.integer(call.request, 2, "ERR timeout is not an integer or out of range") < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        // There are no replicas to wait for.
        call.reply.integer(0);
    }

    private static void role(Call call) {
        call.reply.array(3);
        call.reply.bulk("master");
        call.reply.integer(0);
        call.reply.array(0);
    }

    private static void memory(Call call) {
        if (call.request.is(1, "USAGE")) {
            if (call.count() != 3 && !(call.count() == 5 && call.request.is(3, "SAMPLES"))) {
                throw CommandException.syntax();
            }
            if (call.key(2).describe()) {
                call.reply.integer(call.keyLength + call.info.valueLength() + InfoText.ENTRY_OVERHEAD_BYTES);
            } else {
                call.reply.nothing();
            }
        } else if (call.request.is(1, "STATS")) {
            Help.requireCount(call, 2, 2);
            new InfoText(call.instance).memoryStats(call.reply);
        } else if (call.request.is(1, "DOCTOR")) {
            Help.requireCount(call, 2, 2);
            call.reply.verbatim(new InfoText(call.instance).memoryDoctor());
        } else if (call.request.is(1, "MALLOC-STATS")) {
            Help.requireCount(call, 2, 2);
            call.reply.bulk("Stats not supported for the current allocator");
        } else if (call.request.is(1, "PURGE")) {
            Help.requireCount(call, 2, 2);
            call.reply.ok();
        } else if (call.request.is(1, "HELP")) {
            Help.reply(
                    call,
                    "MEMORY",
                    List.of(
                            "DOCTOR",
                            "    Return memory problems reports.",
                            "MALLOC-STATS",
                            "    Return internal statistics report from the memory allocator.",
                            "PURGE",
                            "    Attempt to purge dirty pages for reclamation by the allocator.",
                            "STATS",
                            "    Return information about the memory usage of the server.",
                            "USAGE <key> [SAMPLES <count>]",
                            "    Return memory in bytes used by <key> and its value."));
        } else {
            throw Help.unknown(call);
        }
    }

    // ---------------------------------------------------------------- ending

    private static void shutdown(Call call) {
        Runnable end = call.instance.onShutdown;
        if (end == null) {
            throw new CommandException("ERR Errors trying to SHUTDOWN. Check logs.");
        }
        call.session.closing = true;
        call.session.link.finish();
        end.run();
    }

    /** An HTTP request that a browser was tricked into sending here. */
    private static void attack(Call call) {
        call.instance.log(
                "possible attack: an HTTP request from " + call.session.link.remoteAddress()
                        + " at the port for RESP; closed",
                null);
        call.instance.counters.protocolErrors.increment();
        call.session.closing = true;
        call.session.link.finish();
    }
}
