package io.cachee.server.command;

import io.cachee.resp.Request;
import java.util.Map;

/** Where a request's first key is, also where that depends on its arguments. */
final class KeyPositions {
    /** Which argument says how many keys follow it. */
    private static final Map<String, Integer> COUNTED = Map.ofEntries(
            Map.entry("eval", 2),
            Map.entry("eval_ro", 2),
            Map.entry("evalsha", 2),
            Map.entry("evalsha_ro", 2),
            Map.entry("fcall", 2),
            Map.entry("fcall_ro", 2),
            Map.entry("zunion", 1),
            Map.entry("zinter", 1),
            Map.entry("zdiff", 1),
            Map.entry("zintercard", 1),
            Map.entry("sintercard", 1),
            Map.entry("lmpop", 1),
            Map.entry("zmpop", 1),
            Map.entry("blmpop", 2),
            Map.entry("bzmpop", 2));

    private KeyPositions() {}

    /** The first argument that is a key, or 0 when none is. */
    static int first(Command command, Request request) {
        if (command.firstKey > 0) {
            return command.firstKey < request.count() ? command.firstKey : 0;
        }
        Integer count = COUNTED.get(command.name);
        if (count != null) {
            boolean any = request.count() > count + 1 && !request.is(count, "0");
            return any ? count + 1 : 0;
        }
        if (command.name.equals("xread") || command.name.equals("xreadgroup")) {
            for (int i = 1; i < request.count() - 1; i++) {
                if (request.is(i, "STREAMS")) {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    /** The last argument that is a key, as far as that can be told; less than the first when none is. */
    static int last(Command command, Request request) {
        Integer count = COUNTED.get(command.name);
        if (command.firstKey > 0 || count == null) {
            return command.lastKeyOf(request);
        }
        long keys = count < request.count() ? digits(request.latin(count)) : 0;
        return (int) Math.min(count + keys, request.count() - 1);
    }

    private static long digits(String text) {
        return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
    }
}
