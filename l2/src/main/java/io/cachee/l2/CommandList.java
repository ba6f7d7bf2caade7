package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
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
 * The commands that the server knows, asked for once. The reply has thousands of elements, of which few are ever looked
 * at: it is cut into what it says of each command, and of that is made something when the command is asked for.
 */
final class CommandList {
    private static final int AGAIN_MILLIS = 1_000;
    /** Of what is said of a command: name, arity, flags, three numbers about its keys, categories. */
    private static final int PARTS = 7;

    private static final int PARTS_WITHOUT_CATEGORIES = 6;

    /** By name, lower case: the beginning of what the server says of it, as many parts as are of interest. */
    private volatile Map<String, byte[]> rows = Map.of();

    private final CompletableFuture<@Nullable Void> known = new CompletableFuture<>();
    private boolean asking;
    private boolean closed;
    private @Nullable ScheduledFuture<?> again;

    /** From any thread; null while nothing is known of it. */
    @Nullable
    RemoteCommand get(String lowerCaseName) {
        byte[] row = rows.get(lowerCaseName);
        return row == null ? null : describe(lowerCaseName, Reply.allOf(Unpooled.wrappedBuffer(row)));
    }

    /** Done when the server has answered; if that was a refusal, it is asked again when the next feed begins. */
    CompletableFuture<@Nullable Void> known() {
        return known;
    }

    /** Asks, unless the answer is known. */
    void ask(LinkContext link, Router router) {
        if (asking || closed || !rows.isEmpty()) {
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
                                () -> new Rows(bytes).read(),
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
        if (parts.size() < PARTS_WITHOUT_CATEGORIES) {
            return null;
        }
        return new RemoteCommand(
                name,
                parts.get(1).number(),
                words(parts.get(2), ""),
                parts.get(3).number(),
                parts.get(4).number(),
                parts.get(5).number(),
                parts.size() < PARTS ? Set.of() : words(parts.get(6), "@"));
    }

    private static Set<String> words(Reply list, String prefix) {
        Set<String> words = new HashSet<>();
        for (Reply item : list.items()) {
            String word = item.string().toLowerCase(Locale.ROOT);
            words.add(word.startsWith(prefix) ? word.substring(prefix.length()) : word);
        }
        return words;
    }

    /** A reply to COMMAND, which was scanned: it is whole and well formed. */
    static final class Rows {
        private final byte[] reply;
        private int at;

        Rows(byte[] reply) {
            this.reply = reply;
        }

        Map<String, byte[]> read() {
            Map<String, byte[]> rows = new HashMap<>();
            int count = isAggregate(reply[at]) ? number() : 0;
            for (int i = 0; i < count; i++) {
                row(rows);
            }
            return rows;
        }

        private void row(Map<String, byte[]> rows) {
            if (!isAggregate(reply[at])) {
                skip(1);
                return;
            }
            int parts = number();
            if (parts < PARTS_WITHOUT_CATEGORIES) {
                skip(parts);
                return;
            }
            int start = at;
            skip(1);
            String name = text(start, at);
            skip(Math.min(parts, PARTS) - 1);
            rows.put(name.toLowerCase(Locale.ROOT), Arrays.copyOfRange(reply, start, at));
            skip(parts - PARTS);
        }

        /** Of a string with a length before it, or without. */
        private String text(int start, int end) {
            int from = start + 1;
            if (reply[start] != '+') {
                while (reply[from - 1] != '\n') {
                    from++;
                }
            }
            return new String(reply, from, Math.max(0, end - 2 - from), ISO_8859_1);
        }

        /** Passes so many elements with all that is in them. */
        private void skip(int elements) {
            for (int left = elements; left > 0; left--) {
                byte type = reply[at];
                int number = number();
                if (isAggregate(type)) {
                    left += Math.max(number, 0);
                } else if (isString(type)) {
                    at += number < 0 ? 0 : number + 2;
                }
            }
        }

        /** Attributes are not asked for: they count as one more element. */
        private static boolean isAggregate(byte type) {
            return type == '*' || type == '~' || type == '>' || type == '%' || type == '|';
        }

        private static boolean isString(byte type) {
            return type == '$' || type == '=' || type == '!';
        }

        /** Passes a line, and returns the number in it: how many elements or bytes follow; negative for no value. */
        private int number() {
            byte type = reply[at++];
            boolean isNegative = reply[at] == '-';
            int number = 0;
            for (; reply[at] != '\r'; at++) {
                number = 10 * number + reply[at] - '0';
            }
            at += 2;
            return isNegative ? -1 : type == '%' ? 2 * number : type == '|' ? 2 * number + 1 : number;
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
