package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Describes a row of the table to clients, as COMMAND INFO does. */
public final class CommandDescription {
    private CommandDescription() {}

    /** Writes the description of a command with its subcommands; null for a command that does not exist. */
    public static void write(ReplyWriter reply, @Nullable Command command) {
        if (command == null) {
            reply.nothing();
            return;
        }
        reply.array(10);
        reply.bulk(command.name);
        reply.integer(command.arity);
        reply.set(command.flags.size());
        command.flags.forEach(flag -> reply.simple(flag.displayName()));
        reply.integer(command.firstKey);
        reply.integer(command.lastKey);
        reply.integer(command.keyStep);
        reply.set(command.categories.size());
        command.categories.forEach(category -> reply.simple("@" + category));
        reply.array(0);
        reply.array(command.keySpecs.size());
        command.keySpecs.forEach(spec -> write(reply, spec));
        Collection<Command> subcommands = command.subcommands();
        reply.array(subcommands.size());
        subcommands.forEach(subcommand -> write(reply, subcommand));
    }

    private static void write(ReplyWriter reply, KeySpec spec) {
        reply.map(3);
        reply.bulk("flags");
        reply.set(spec.flags().size());
        spec.flags().forEach(reply::simple);
        reply.bulk("begin_search");
        reply.map(2);
        reply.bulk("type");
        if (!spec.isKnown()) {
            reply.bulk("unknown");
            reply.bulk("spec");
            reply.map(0);
        } else if (spec.keyword().isEmpty()) {
            reply.bulk("index");
            reply.bulk("spec");
            reply.map(1);
            field(reply, "index", spec.index());
        } else {
            reply.bulk("keyword");
            reply.bulk("spec");
            reply.map(2);
            reply.bulk("keyword");
            reply.bulk(spec.keyword());
            field(reply, "startfrom", spec.index());
        }
        writeFinding(reply, spec);
    }

    private static void writeFinding(ReplyWriter reply, KeySpec spec) {
        reply.bulk("find_keys");
        reply.map(2);
        reply.bulk("type");
        if (!spec.isKnown()) {
            reply.bulk("unknown");
            reply.bulk("spec");
            reply.map(0);
        } else if (spec.isCounted()) {
            reply.bulk("keynum");
            reply.bulk("spec");
            reply.map(3);
            field(reply, "keynumidx", 0);
            field(reply, "firstkey", 1);
            field(reply, "keystep", spec.step());
        } else {
            reply.bulk("range");
            reply.bulk("spec");
            reply.map(3);
            field(reply, "lastkey", spec.lastKey());
            field(reply, "keystep", spec.step());
            field(reply, "limit", spec.limit());
        }
    }

    private static void field(ReplyWriter reply, String name, int value) {
        reply.bulk(name);
        reply.integer(value);
    }
}
