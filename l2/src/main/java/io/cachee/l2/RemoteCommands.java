package io.cachee.l2;

import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The commands that the server knows, read once by COMMAND. The reply has thousands of elements, of which few are ever
 * used. It is cut into one row for each command, and a row is parsed when its command is looked up.
 */
@EventLoopConfined
final class RemoteCommands {
    private static final int AGAIN_MILLIS = 1_000;
    /** The parts of a row: name, arity, flags, three numbers about its keys, categories, tips, keys, subcommands. */
    private static final int PARTS = 10;

    private static final int CATEGORIES = 6;
    private static final int KEY_SPECS = 8;
    private static final int SUBCOMMANDS = 9;
    private static final int LEAST_PARTS = CATEGORIES;

    /** The first {@link #PARTS} of each row, by lower-case name. */
    private volatile Map<String, byte[]> rows = Map.of();

    private final CompletableFuture<@Nullable Void> known = new CompletableFuture<>();
    private boolean asking;
    private boolean closed;
    private @Nullable ScheduledFuture<?> again;

    /** Null while the command is not known. From any thread. */
    @Nullable
    RemoteCommand get(String lowerCaseName) {
        int bar = lowerCaseName.indexOf('|');
        String name = bar < 0 ? lowerCaseName : lowerCaseName.substring(0, bar);
        byte[] row = rows.get(name);
        RemoteCommand command = row == null ? null : describe(name, Reply.allOf(Unpooled.wrappedBuffer(row)));
        return command == null || bar < 0 ? command : command.subcommand(lowerCaseName);
    }

    /** Completes when the server has answered. After a refusal, it is asked again when the next feed begins. */
    CompletableFuture<@Nullable Void> known() {
        return known;
    }

    /** Sends COMMAND, unless the answer is known or on its way. */
    void ask(LinkContext link, Router router) {
        if (asking || closed || !rows.isEmpty()) {
            return;
        }
        asking = true;
        ByteBuf request = RequestEncoder.encode("COMMAND");
        router.send(request, -1, RespVersion.EITHER, -1, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                byte[] bytes = ByteBufUtil.getBytes(frame);
                link.blocking()
                        .run(
                                () -> rows(bytes),
                                read -> {
                                    asking = false;
                                    rows = read;
                                    known.complete(null);
                                },
                                why -> asking = false);
            }

            @Override
            public void failed(L2Failure why) {
                asking = false;
                if (!closed) {
                    again = link.loop().schedule(() -> ask(link, router), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        });
    }

    private static @Nullable RemoteCommand describe(String name, List<Reply> parts) {
        if (parts.size() < LEAST_PARTS) {
            return null;
        }
        List<RemoteCommand> subcommands = new ArrayList<>();
        for (Reply subcommand : items(parts, SUBCOMMANDS)) {
            List<Reply> its = subcommand.items();
            RemoteCommand described =
                    its.isEmpty() ? null : describe(its.getFirst().text().toLowerCase(Locale.ROOT), its);
            if (described != null) {
                subcommands.add(described);
            }
        }
        return new RemoteCommand(
                name,
                (int) parts.get(1).number(),
                words(parts.get(2), ""),
                keys(parts),
                parts.size() > CATEGORIES ? words(parts.get(CATEGORIES), "@") : Set.of(),
                subcommands);
    }

    private static RemoteCommand.Keys keys(List<Reply> parts) {
        return new RemoteCommand.Keys(
                (int) parts.get(3).number(),
                (int) parts.get(4).number(),
                (int) parts.get(5).number(),
                items(parts, KEY_SPECS).stream().map(RemoteKeySpec::of).toList());
    }

    private static List<Reply> items(List<Reply> parts, int place) {
        return parts.size() > place ? parts.get(place).items() : List.of();
    }

    private static Set<String> words(Reply list, String prefix) {
        Set<String> words = new HashSet<>();
        for (Reply item : list.items()) {
            String word = item.text().toLowerCase(Locale.ROOT);
            words.add(word.startsWith(prefix) ? word.substring(prefix.length()) : word);
        }
        return words;
    }

    /** Cuts the reply to COMMAND into a row for each command, with its subcommands. */
    static Map<String, byte[]> rows(byte[] reply) {
        Map<String, byte[]> rows = new HashMap<>();
        ReplyReader reader = new ReplyReader(Unpooled.wrappedBuffer(reply));
        reader.next();
        int count = reader.isAggregate() ? reader.count() : 0;
        for (int i = 0; i < count; i++) {
            reader.next();
            int parts = reader.count();
            if (!reader.isAggregate() || parts < LEAST_PARTS) {
                reader.skip();
                continue;
            }
            int start = reader.position();
            reader.next();
            String name = reader.text().toLowerCase(Locale.ROOT);
            skip(reader, Math.min(parts, PARTS) - 1);
            rows.put(name, Arrays.copyOfRange(reply, start, reader.position()));
            skip(reader, parts - PARTS);
        }
        return rows;
    }

    private static void skip(ReplyReader reader, int elements) {
        for (int i = 0; i < elements; i++) {
            reader.next();
            reader.skip();
        }
    }

    void close() {
        closed = true;
        ScheduledFuture<?> planned = again;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
