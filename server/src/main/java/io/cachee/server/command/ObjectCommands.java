package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import java.util.List;

/** OBJECT: how a value is kept. */
final class ObjectCommands {
    private static final long MOST_FREQUENT = 255;

    private ObjectCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("object -2 FORWARD");
        rows.add("object|encoding 3 readonly @keyspace RO:2 FORWARD", ObjectCommands::encoding);
        rows.add("object|freq 3 readonly @keyspace RO:2 FORWARD", ObjectCommands::frequency);
        rows.add("object|help 2 loading,stale @keyspace FORWARD", call -> Subcommands.replyHelp(call, HELP));
        rows.add("object|idletime 3 readonly @keyspace RO:2 FORWARD", call -> constant(call, 0));
        rows.add("object|refcount 3 readonly @keyspace RO:2 FORWARD", call -> constant(call, 1));
    }

    private static void encoding(CommandContext call) {
        byte[] value = call.key(2).peek();
        if (value == null) {
            call.reply.nothing();
        } else {
            call.reply.bulk(encoding(value));
        }
    }

    private static void frequency(CommandContext call) {
        if (call.key(2).describe()) {
            long reads = call.shared.statistics.readsOf(call.key, call.keyOffset, call.keyLength);
            call.reply.integer(Math.min(MOST_FREQUENT, call.info.frequency() + ofReads(reads)));
        } else {
            call.reply.nothing();
        }
    }

    /** About what the counter of Redis shows after so many reads, with its standard lfu-log-factor. */
    private static long ofReads(long reads) {
        return (long) Math.sqrt(reads / 5.0);
    }

    /** Replies with the same number for every key: the store keeps no time of last use and shares no values. */
    private static void constant(CommandContext call, int answer) {
        if (call.key(2).describe()) {
            call.reply.integer(answer);
        } else {
            call.reply.nothing();
        }
    }

    private static String encoding(byte[] value) {
        try {
            Decimal.integer(value, 0, value.length, CommandException.NOT_AN_INTEGER);
            return "int";
        } catch (CommandException notAnInteger) {
            return value.length <= 44 ? "embstr" : "raw";
        }
    }

    private static final List<String> HELP = List.of(
            "ENCODING <key>",
            "    Return the kind of internal representation used in order to store the value",
            "    associated with a <key>.",
            "FREQ <key>",
            "    Return the access frequency index of the <key>.",
            "IDLETIME <key>",
            "    Return 0: no time of last use is kept.",
            "REFCOUNT <key>",
            "    Return 1: values are never shared.");
}
