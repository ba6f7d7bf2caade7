package io.cachee.server.command;

import static io.cachee.server.command.Flag.FAST;
import static io.cachee.server.command.Flag.LOADING;
import static io.cachee.server.command.Flag.NOSCRIPT;
import static io.cachee.server.command.Flag.PUBSUB;
import static io.cachee.server.command.Flag.STALE;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages between clients. */
final class PubSubCommands {
    private static final int MOST_SUBSCRIPTIONS = 10_000;

    private PubSubCommands() {}

    static List<Command.Builder> rows() {
        return List.of(
                Command.named("subscribe", -2, call -> subscribe(call, false)).flags(PUBSUB, NOSCRIPT, LOADING, STALE),
                Command.named("psubscribe", -2, call -> subscribe(call, true)).flags(PUBSUB, NOSCRIPT, LOADING, STALE),
                Command.named("unsubscribe", -1, call -> unsubscribe(call, false))
                        .flags(PUBSUB, NOSCRIPT, LOADING, STALE),
                Command.named("punsubscribe", -1, call -> unsubscribe(call, true))
                        .flags(PUBSUB, NOSCRIPT, LOADING, STALE),
                Command.named("publish", 3, PubSubCommands::publish).flags(PUBSUB, LOADING, STALE, FAST),
                Command.named("pubsub", -2, PubSubCommands::pubsub)
                        .flags(PUBSUB, LOADING, STALE)
                        .subcommand("channels", -2)
                        .subcommand("help", 2)
                        .subcommand("numpat", 2)
                        .subcommand("numsub", -2)
                        .subcommand("shardchannels", -2)
                        .subcommand("shardnumsub", -2));
    }

    private static int count(Session session) {
        Subscriptions own = session.subscriptions;
        return own == null ? 0 : own.count();
    }

    private static void subscribe(Call call, boolean toPatterns) {
        PubSub pubSub = call.instance.pubSub;
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

    private static void unsubscribe(Call call, boolean fromPatterns) {
        PubSub pubSub = call.instance.pubSub;
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

    private static void confirm(Call call, String kind, @Nullable Bytes name) {
        call.reply.push(3);
        call.reply.bulk(kind);
        call.reply.bulkOrNull(name == null ? null : name.value());
        call.reply.integer(count(call.session));
    }

    private static void publish(Call call) {
        call.reply.integer(call.instance.pubSub.publish(call.request.bytes(1), call.request.bytes(2)));
    }

    private static void pubsub(Call call) {
        PubSub pubSub = call.instance.pubSub;
        if (call.request.is(1, "CHANNELS") && call.count() <= 3) {
            List<Bytes> channels = pubSub.channels(call.count() == 3 ? new Glob(call.request.bytes(2)) : null);
            call.reply.array(channels.size());
            channels.forEach(channel -> call.reply.bulk(channel.value()));
        } else if (call.request.is(1, "NUMSUB")) {
            call.reply.array(2 * (call.count() - 2));
            for (int i = 2; i < call.count(); i++) {
                byte[] channel = call.request.bytes(i);
                call.reply.bulk(channel);
                call.reply.integer(pubSub.subscribers(channel));
            }
        } else if (call.request.is(1, "NUMPAT") && call.count() == 2) {
            call.reply.integer(pubSub.patterns());
        } else if (call.request.is(1, "SHARDCHANNELS") && call.count() <= 3) {
            // There are no commands to subscribe to such channels.
            call.reply.array(0);
        } else if (call.request.is(1, "SHARDNUMSUB")) {
            call.reply.array(2 * (call.count() - 2));
            for (int i = 2; i < call.count(); i++) {
                call.reply.bulk(call.request.bytes(i));
                call.reply.integer(0);
            }
        } else if (call.request.is(1, "HELP")) {
            Help.reply(
                    call,
                    "PUBSUB",
                    List.of(
                            "CHANNELS [<pattern>]",
                            "    Return the currently active channels matching a <pattern> (default: '*').",
                            "NUMPAT",
                            "    Return number of subscriptions to patterns.",
                            "NUMSUB [<channel> ...]",
                            "    Return the number of subscribers for the specified channels.",
                            "SHARDCHANNELS [<pattern>]",
                            "    Return the currently active shard level channels matching a <pattern>.",
                            "SHARDNUMSUB [<shardchannel> ...]",
                            "    Return the number of subscribers for the specified shard level channel(s)"));
        } else {
            throw Help.unknown(call);
        }
    }
}
