package io.cachee.server.command;

import io.cachee.server.engine.Bytes;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Glob;
import io.cachee.server.engine.PubSub;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Subscriptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE, PUBLISH, PUBSUB and the like. */
final class PubSubCommands {
    private static final int MOST_SUBSCRIPTIONS = 10_000;
    /** To send a message takes about as long as to copy a value of this size. */
    private static final int CHARGE_PER_RECEIVER = 1 << 10;

    private PubSubCommands() {}

    static void addTo(CommandRows rows) {
        rows.add(
                "subscribe -2 pubsub,noscript,loading,stale OWN_CONNECTION as=subscribes while-subscribed channels",
                call -> subscribe(call, false));
        rows.add(
                "psubscribe -2 pubsub,noscript,loading,stale OWN_CONNECTION as=subscribes while-subscribed"
                        + " channel-patterns",
                call -> subscribe(call, true));
        rows.add("ssubscribe -2 pubsub,noscript,loading,stale !:1..-1 OWN_CONNECTION as=subscribes while-subscribed"
                + " channels");
        rows.add(
                "unsubscribe -1 pubsub,noscript,loading,stale OWN_CONNECTION as=unsubscribes while-subscribed",
                call -> unsubscribe(call, false));
        rows.add(
                "punsubscribe -1 pubsub,noscript,loading,stale OWN_CONNECTION as=unsubscribes while-subscribed",
                call -> unsubscribe(call, true));
        rows.add("sunsubscribe -1 pubsub,noscript,loading,stale !:1..-1 OWN_CONNECTION as=unsubscribes"
                + " while-subscribed");

        rows.add("publish 3 pubsub,loading,stale,fast FORWARD paused-as-write channel", PubSubCommands::publish);
        rows.add("spublish 3 pubsub,loading,stale,fast !:1 FORWARD paused-as-write channel");

        rows.add("pubsub -2 FORWARD");
        rows.add("pubsub|channels -2 pubsub,loading,stale FORWARD", PubSubCommands::channels);
        rows.add("pubsub|help 2 loading,stale FORWARD", call -> Subcommands.replyHelp(call, HELP));
        rows.add(
                "pubsub|numpat 2 pubsub,loading,stale FORWARD",
                call -> call.reply.integer(call.shared.pubSub.patterns()));
        rows.add("pubsub|numsub -2 pubsub,loading,stale FORWARD", PubSubCommands::subscribers);
        rows.add("pubsub|shardchannels -2 pubsub,loading,stale FORWARD", PubSubCommands::shardChannels);
        rows.add("pubsub|shardnumsub -2 pubsub,loading,stale FORWARD", PubSubCommands::shardSubscribers);
    }

    private static void subscribe(CommandContext call, boolean toPatterns) {
        PubSub pubSub = call.shared.pubSub;
        if (count(call.session) + call.count() - 1 > MOST_SUBSCRIPTIONS) {
            throw new CommandException("ERR a client may have at most " + MOST_SUBSCRIPTIONS + " subscriptions");
        }
        for (int i = 1; i < call.count(); i++) {
            Bytes name = new Bytes(call.request.bytes(i));
            if (toPatterns) {
                pubSub.subscribePattern(call.session, name);
            } else {
                pubSub.subscribe(call.session, name);
            }
            confirm(call, toPatterns ? "psubscribe" : "subscribe", name);
        }
    }

    private static void unsubscribe(CommandContext call, boolean fromPatterns) {
        PubSub pubSub = call.shared.pubSub;
        List<Bytes> names = new ArrayList<>();
        for (int i = 1; i < call.count(); i++) {
            names.add(new Bytes(call.request.bytes(i)));
        }
        Subscriptions own = call.session.subscriptions;
        if (names.isEmpty() && own != null) {
            names.addAll(fromPatterns ? own.patterns().keySet() : own.channels());
        }
        String kind = fromPatterns ? "punsubscribe" : "unsubscribe";
        if (names.isEmpty()) {
            confirm(call, kind, null);
        }
        for (Bytes name : names) {
            if (fromPatterns) {
                pubSub.unsubscribePattern(call.session, name);
            } else {
                pubSub.unsubscribe(call.session, name);
            }
            confirm(call, kind, name);
        }
    }

    private static void confirm(CommandContext call, String kind, @Nullable Bytes name) {
        call.reply.push(3);
        call.reply.bulk(kind);
        call.reply.bulkOrNull(name == null ? null : name.value());
        call.reply.integer(count(call.session));
    }

    private static int count(Session session) {
        Subscriptions own = session.subscriptions;
        return own == null ? 0 : own.count();
    }

    private static void publish(CommandContext call) {
        int receivers = call.shared.pubSub.publish(call.request.bytes(1), call.request.bytes(2));
        call.charge((long) receivers * CHARGE_PER_RECEIVER);
        call.reply.integer(receivers);
    }

    private static void channels(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        List<Bytes> channels = call.shared.pubSub.channels(call.count() == 3 ? new Glob(call.request.bytes(2)) : null);
        call.reply.array(channels.size());
        channels.forEach(channel -> call.reply.bulk(channel.value()));
    }

    private static void shardChannels(CommandContext call) {
        Subcommands.requireAtMost(call, 3);
        call.reply.array(0);
    }

    private static void subscribers(CommandContext call) {
        call.reply.array(2 * (call.count() - 2));
        for (int i = 2; i < call.count(); i++) {
            byte[] channel = call.request.bytes(i);
            call.reply.bulk(channel);
            call.reply.integer(call.shared.pubSub.subscribers(channel));
        }
    }

    /** Shard channels need an L2, so nobody subscribes to them here. */
    private static void shardSubscribers(CommandContext call) {
        call.reply.array(2 * (call.count() - 2));
        for (int i = 2; i < call.count(); i++) {
            call.reply.bulk(call.request.bytes(i));
            call.reply.integer(0);
        }
    }

    private static final List<String> HELP = List.of(
            "CHANNELS [<pattern>]",
            "    Return the currently active channels matching a <pattern> (default: '*').",
            "NUMPAT",
            "    Return number of subscriptions to patterns.",
            "NUMSUB [<channel> ...]",
            "    Return the number of subscribers for the specified channels.",
            "SHARDCHANNELS [<pattern>]",
            "    Return the currently active shard level channels matching a <pattern>.",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return the number of subscribers for the specified shard level channel(s)");
}
