package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a command's keys stand among its arguments and what it does with them: a key specification as in Redis 7.
 *
 * <p>Written as {@code ACCESS:WHERE}. ACCESS is RO, RW, OW or RM, then a letter for each of access, update, insert and
 * delete, {@code !} for what is no key, {@code ?} for an incomplete specification and {@code ~} for flags that depend
 * on other arguments. WHERE is one of:
 *
 * <pre>
 * 1            the first argument
 * 1..-1        from the first to the last
 * 1..-1/2      every second of them
 * #2           the second argument says how many keys follow it
 * STREAMS@1    the argument behind that word, which stands at 1 or later; ..-1%2 as above, the first half of them
 * *            cannot be told
 * </pre>
 *
 * @param index the argument where the search begins; for a word, where the word may stand, counted from the end when
 *     negative; 0 when keys cannot be told
 * @param lastKey the last key, as an offset from the first, or from the end of the request when negative
 * @param limit 2 where keys are the first half of what follows; otherwise 0
 */
public record KeySpec(String access, boolean isCounted, String keyword, int index, int lastKey, int step, int limit) {

    private static final String FLAG_LETTERS = "auid!?~";
    private static final List<String> FLAG_NAMES =
            List.of("access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags");

    static KeySpec parse(String text) {
        int colon = text.indexOf(':');
        String access = text.substring(0, colon);
        String where = text.substring(colon + 1);
        if (where.equals("*")) {
            return new KeySpec(access, false, "", 0, 0, 1, 0);
        }
        try {
            boolean isCounted = where.charAt(0) == '#';
            int at = where.indexOf('@');
            String keyword = at < 0 ? "" : where.substring(0, at);
            String index = part(where, isCounted ? 1 : at + 1, "./%");
            int lastKey = number(where, "..", 0);
            return new KeySpec(
                    access,
                    isCounted,
                    keyword,
                    Integer.parseInt(index),
                    lastKey,
                    number(where, "/", 1),
                    number(where, "%", 0));
        } catch (NumberFormatException | IndexOutOfBoundsException wrong) {
            throw new IllegalArgumentException("no key specification: " + text, wrong);
        }
    }

    /** The number behind a mark. */
    private static int number(String where, String mark, int otherwise) {
        int at = where.indexOf(mark);
        return at < 0 ? otherwise : Integer.parseInt(part(where, at + mark.length(), "/%"));
    }

    /** What stands from a place on, up to one of the ends. */
    private static String part(String where, int start, String ends) {
        int end = start;
        while (end < where.length() && ends.indexOf(where.charAt(end)) < 0) {
            end++;
        }
        return where.substring(start, end);
    }

    /** Keys that stand in one row, of which no more is known than whether they may be written. */
    public static KeySpec row(int first, int last, int step, boolean mayWrite) {
        return new KeySpec(mayWrite ? "RWau" : "ROa", false, "", first, last < 0 ? last : last - first, step, 0);
    }

    /** Whether keys stand at fixed places: neither counted nor behind a word. */
    boolean isRange() {
        return !isCounted && keyword.isEmpty() && isKnown();
    }

    /** Whether the places of keys can be told. */
    boolean isKnown() {
        return index != 0;
    }

    /** Whether what stands there is a key at all, not a channel that takes a slot. */
    public boolean isKey() {
        return access.indexOf('!') < 0;
    }

    boolean isIncomplete() {
        return access.indexOf('?') >= 0;
    }

    /** Whether the client learns something of the value. */
    boolean reads() {
        return access.indexOf('a') >= 0;
    }

    /** Whether the value may be another afterwards. */
    boolean writes() {
        return access.indexOf('u') >= 0 || access.indexOf('i') >= 0 || access.indexOf('d') >= 0;
    }

    /** The flags by Redis's names. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        String mode = access.replaceAll("[^A-Z]", "");
        if (!mode.isEmpty()) {
            flags.add(mode);
        }
        for (int i = 0; i < FLAG_LETTERS.length(); i++) {
            if (access.indexOf(FLAG_LETTERS.charAt(i)) >= 0) {
                flags.add(FLAG_NAMES.get(i));
            }
        }
        return flags;
    }

    /** The first argument of a request that is a key; 0 when none is. */
    public int first(Request request) {
        int count = request.count();
        if (!keyword.isEmpty()) {
            return behindKeyword(request);
        }
        if (index == 0 || index >= count) {
            return 0;
        }
        return isCounted ? counted(request) > 0 ? index + 1 : 0 : index;
    }

    /** The last argument that is a key, given the first. */
    public int last(Request request, int first) {
        int count = request.count();
        if (isCounted) {
            return first + counted(request) - 1;
        }
        if (lastKey >= 0) {
            return Math.min(first + lastKey, count - 1);
        }
        return limit > 1 ? first + (count - first) / limit + lastKey : count + lastKey;
    }

    /** How many keys follow; 0 when that is no number or more than there are. */
    private int counted(Request request) {
        long keys = 0;
        for (int i = request.start(index); i < request.end(index); i++) {
            int digit = request.buffer()[i] - '0';
            if (digit < 0 || digit > 9 || keys > request.count()) {
                return 0;
            }
            keys = keys * 10 + digit;
        }
        return keys < request.count() - index ? (int) keys : 0;
    }

    private int behindKeyword(Request request) {
        int count = request.count();
        int step = index > 0 ? 1 : -1;
        int end = index > 0 ? count - 1 : 0;
        for (int i = index > 0 ? index : count + index; i > 0 && i < count && i != end; i += step) {
            if (request.is(i, keyword)) {
                return i + 1;
            }
        }
        return 0;
    }
}
