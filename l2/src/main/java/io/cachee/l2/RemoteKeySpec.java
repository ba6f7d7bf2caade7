package io.cachee.l2;

import io.cachee.resp.Reply;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A key specification as the server's COMMAND gives it.
 *
 * @param flags in lower case: {@code ro}, {@code update}, {@code not_key} and so on
 * @param isCounted whether the argument where the keys begin says how many follow it
 * @param keyword the word before the keys; empty if they stand at a fixed place
 * @param index the argument where the keys begin, or where the search for the keyword begins; 0 if unknown
 * @param last the last key, from the first one or, if negative, from the end of the request
 * @param limit 2 if the first half of the arguments are keys, and so on; otherwise 0
 */
public record RemoteKeySpec(
        Set<String> flags, boolean isCounted, String keyword, int index, int last, int step, int limit) {
    public RemoteKeySpec {
        flags = Set.copyOf(flags);
    }

    /** Reads a specification. What it cannot read or express counts as unknown. */
    static RemoteKeySpec of(Reply described) {
        Map<String, Reply> parts = map(described);
        Set<String> flags = new HashSet<>();
        for (Reply flag : items(parts, "flags")) {
            flags.add(flag.text().toLowerCase(Locale.ROOT));
        }
        RemoteKeySpec unknown = new RemoteKeySpec(flags, false, "", 0, 0, 1, 0);
        Map<String, Reply> begin = map(items(parts, "begin_search"));
        Map<String, Reply> find = map(items(parts, "find_keys"));
        Map<String, Reply> beginSpec = map(items(begin, "spec"));
        Map<String, Reply> findSpec = map(items(find, "spec"));
        boolean hasKeyword = text(begin, "type").equals("keyword");
        if (!hasKeyword && !text(begin, "type").equals("index")) {
            return unknown;
        }
        String keyword = hasKeyword ? text(beginSpec, "keyword") : "";
        int index = number(beginSpec, hasKeyword ? "startfrom" : "index");
        int step = Math.max(1, number(findSpec, "keystep"));
        boolean isPlainCount = number(findSpec, "keynumidx") == 0 && number(findSpec, "firstkey") == 1;
        return switch (text(find, "type")) {
            case "range" ->
                new RemoteKeySpec(
                        flags, false, keyword, index, number(findSpec, "lastkey"), step, number(findSpec, "limit"));
            case "keynum" -> isPlainCount ? new RemoteKeySpec(flags, true, keyword, index, 0, step, 0) : unknown;
            default -> unknown;
        };
    }

    private static Map<String, Reply> map(Reply described) {
        return map(described.items());
    }

    private static Map<String, Reply> map(List<Reply> items) {
        Map<String, Reply> map = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            map.put(items.get(i).text().toLowerCase(Locale.ROOT), items.get(i + 1));
        }
        return map;
    }

    private static List<Reply> items(Map<String, Reply> map, String name) {
        Reply found = map.get(name);
        return found == null ? List.of() : found.items();
    }

    private static String text(Map<String, Reply> map, String name) {
        Reply found = map.get(name);
        return found == null ? "" : found.text();
    }

    private static int number(Map<String, Reply> map, String name) {
        Reply found = map.get(name);
        return found == null || !found.isInteger() ? 0 : (int) found.number();
    }
}
