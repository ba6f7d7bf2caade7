package io.cachee.l2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The commands that the server knows, asked for once. */
final class CommandList {
    private static final int AGAIN_MILLIS = 1_000;

    private volatile Map<String, RemoteCommand> commands = Map.of();
    private boolean asking;
    private boolean closed;
    private @Nullable ScheduledFuture<?> again;

    /** From any thread; null while nothing is known of it. */
    @Nullable
    RemoteCommand get(String lowerCaseName) {
        return commands.get(lowerCaseName);
    }

    /** Asks, unless the answer is known. */
    void ask(LinkContext link, Router router) {
        if (asking || closed || !commands.isEmpty()) {
            return;
        }
        asking = true;
        ByteBuf request = Requests.of(ByteBufAllocator.DEFAULT, "COMMAND");
        router.send(request, -1, Protocol.EITHER, -1, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                byte[] bytes = ByteBufUtil.getBytes(frame);
                link.lookup()
                        .run(
                                () -> parse(Unpooled.wrappedBuffer(bytes)),
                                parsed -> {
                                    asking = false;
                                    commands = parsed;
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

    static Map<String, RemoteCommand> parse(ByteBuf frame) {
        Map<String, RemoteCommand> parsed = new HashMap<>();
        for (Reply row : Reply.of(frame).items()) {
            List<Reply> parts = row.items();
            if (parts.size() >= 6) {
                String name = parts.get(0).string().toLowerCase(Locale.ROOT);
                parsed.put(
                        name,
                        new RemoteCommand(
                                name,
                                parts.get(1).number(),
                                words(parts.get(2), ""),
                                parts.get(3).number(),
                                parts.get(4).number(),
                                parts.get(5).number(),
                                parts.size() > 6 ? words(parts.get(6), "@") : Set.of()));
            }
        }
        return Map.copyOf(parsed);
    }

    private static Set<String> words(Reply list, String prefix) {
        Set<String> words = new HashSet<>();
        for (Reply item : list.items()) {
            String word = item.string().toLowerCase(Locale.ROOT);
            words.add(word.startsWith(prefix) ? word.substring(prefix.length()) : word);
        }
        return words;
    }

    void close() {
        closed = true;
        ScheduledFuture<?> planned = again;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
