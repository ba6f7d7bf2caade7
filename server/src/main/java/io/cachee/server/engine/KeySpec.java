package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A key specification as in Redis 7: where keys stand among a command's arguments, and what the command does with them.
 *
 * <p>In the table of commands it is written as {@code ACCESS:WHERE}. ACCESS is RO, RW, OW or RM, followed by a letter
 * for each of access, update, insert and delete, by {@code !} if the arguments are not keys, by {@code ?} if the
 * specification is incomplete, and by {@code ~} if its flags depend on other arguments. WHERE is one of:
 *
 * <pre>
 * 1            the first argument
 * 1..1         the first argument and the next one
 * 1..-1        the first argument to the last; -2 would be the last but one
 * 1..-1/2      every second argument of these
 * #2           the second argument says how many keys follow it
 * #2/2         the same, and every second argument is one of these keys
 * #KEYS@2      the argument after the word KEYS says how many keys follow it
 * KEYS@3       the argument after the word KEYS, which stands at 3 or later
 * KEYS@-2      the same, but the word is searched from the last argument but one towards the first
 * KEYS@3..-1   the argument after the word to the last
 * KEYS@3..-1%2 the first half of these
 * *            no rule tells where the keys are
 * </pre>
 *
 * @param index the argument where the search begins; for a word, the argument where the search for the word begins,
 *     counted from the end if negative; 0 if no rule tells where the keys are
 * @param lastKey the last key: if negative, counted from the end of the request, otherwise from the first key
 * @param limit the part of the arguments that are keys: 2 for the first half; 0 for all of them
 */
public record KeySpec(String access, boolean isCounted, String keyword, int index, int lastKey, int step, int limit) {

    private static final Pattern FORM = Pattern.compile("(?<access>(?:RO|RW|OW|RM)?[auid!?~]*):(?:\\*|"
            + "(?<counted>#)?(?:(?<word>[A-Z]+)@)?(?<index>-?[1-9]\\d*)"
            + "(?:\\.\\.(?<last>-?\\d+))?(?:/(?<step>[1-9]\\d*))?(?:%(?<limit>[1-9]\\d*))?)");
    private static final String FLAG_LETTERS = "auid!?~";
    private static final List<String> FLAG_NAMES =
            List.of("access", "update", "insert", "delete", "not_key", "incomplete", "variable_flags");

    static KeySpec parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not a key specification: " + text);
        }
        String word = form.group("word");
        KeySpec spec = new KeySpec(
                form.group("access"),
                form.group("counted") != null,
                word == null ? "" : word,
                number(form.group("index"), 0),
                number(form.group("last"), 0),
                number(form.group("step"), 1),
                number(form.group("limit"), 0));
        if (!spec.isConsistent()) {
            throw new IllegalArgumentException("not a key specification: " + text);
        }
        return spec;
    }

    /** A count replaces a last key, only words are searched from the end, and a limit applies to all that follows. */
    private boolean isConsistent() {
        return (!isCounted || lastKey == 0 && limit == 0)
                && (index >= 0 || !keyword.isEmpty())
                && (limit == 0 || lastKey == -1);
    }

    /**
     * A specification in Redis's own words.
     *
     * @param flags as {@link #flags} lists them; others are ignored
     * @param keyword empty if the keys stand at a fixed place
     * @param index where the keys begin, or where the search for the keyword begins; 0 if unknown
     */
    public static KeySpec of(
            Set<String> flags, boolean isCounted, String keyword, int index, int lastKey, int step, int limit) {
        StringBuilder access = new StringBuilder();
        for (String mode : List.of("RO", "RW", "OW", "RM")) {
            access.append(flags.contains(mode.toLowerCase(Locale.ROOT)) ? mode : "");
        }
        for (int i = 0; i < FLAG_LETTERS.length(); i++) {
            access.append(flags.contains(FLAG_NAMES.get(i)) ? FLAG_LETTERS.substring(i, i + 1) : "");
        }
        String word = keyword.toUpperCase(Locale.ROOT);
        return new KeySpec(access.toString(), isCounted, word, index, lastKey, Math.max(1, step), limit);
    }

    /** Keys at fixed places, of which nothing is known but whether the command may write them. */
    public static KeySpec row(int first, int last, int step, boolean mayWrite) {
        return new KeySpec(mayWrite ? "RWau" : "ROa", false, "", first, last < 0 ? last : last - first, step, 0);
    }

    private static int number(String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    /** Whether keys stand at fixed places: they are neither counted nor after a word. */
    boolean isRange() {
        return !isCounted && keyword.isEmpty() && isKnown();
    }

    /** Whether the specification tells where the keys are. */
    boolean isKnown() {
        return index != 0;
    }

    /** Whether the arguments are keys, and not channels of a slot. */
    public boolean isKey() {
        return access.indexOf('!') < 0;
    }

    boolean isIncomplete() {
        return access.indexOf('?') >= 0;
    }

    /** Whether the client learns something about the value. */
    boolean reads() {
        return access.indexOf('a') >= 0;
    }

    /** Whether the client is given the value: a reading command does, whatever its other arguments are. */
    boolean givesValue() {
        return reads() && access.indexOf('~') < 0;
    }

    /** Whether the command may change or remove the value. */
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

    // ---------------------------------------------------------------- keys of a request

    /** The arguments of a request that are keys by this specification, in their order. */
    public int[] places(Request request) {
        int first = first(request);
        if (first == 0) {
            return new int[0];
        }
        int last = last(request, first);
        return IntStream.iterate(first, i -> i <= last, i -> i + step).toArray();
    }

    /** How many arguments of a request are keys by this specification. */
    int count(Request request) {
        int first = first(request);
        return first == 0 ? 0 : Math.max(0, (last(request, first) - first) / step + 1);
    }

    /** The first argument of a request that is a key; 0 if there is none. */
    int first(Request request) {
        int begin = begin(request);
        return begin == 0 || !isCounted ? begin : counted(request, begin) > 0 ? begin + 1 : 0;
    }

    /**
     * Whether the request has a number of keys that is none, or larger than the number of arguments that follow it.
     * Then it cannot be told which arguments are keys.
     */
    boolean isMiscounted(Request request) {
        int begin = isCounted ? begin(request) : 0;
        return begin > 0 && counted(request, begin) < 0;
    }

    /**
     * The keys after every place where the keyword stands, for a check that must not miss one: some commands take the
     * last of several, and some take the first.
     */
    List<Integer> placesAfterAll(Request request) {
        List<Integer> all = new ArrayList<>();
        if (keyword.isEmpty() || lastKey != 0 || isCounted) {
            for (int place : places(request)) {
                all.add(place);
            }
            return all;
        }
        for (int i = 1; i < request.count() - 1; i++) {
            if (request.is(i, keyword) && (index < 0 || i >= index)) {
                all.add(i + 1);
            }
        }
        return all;
    }

    /** Where the first key stands, or the number of keys. */
    private int begin(Request request) {
        if (!isKey()) {
            return 0;
        }
        if (!keyword.isEmpty()) {
            return afterKeyword(request);
        }
        return index < request.count() ? index : 0;
    }

    private int last(Request request, int first) {
        int count = request.count();
        if (isCounted) {
            return first + (counted(request, first - 1) - 1) * step;
        }
        if (lastKey >= 0) {
            return Math.min(first + lastKey, count - 1);
        }
        return limit > 1 ? first + (count - first) / limit + lastKey : count + lastKey;
    }

    /** How many keys follow an argument; -1 if it is not a number, or if fewer arguments follow. */
    private int counted(Request request, int place) {
        long keys = 0;
        for (int i = request.start(place); i < request.end(place); i++) {
            int digit = request.buffer()[i] - '0';
            if (digit < 0 || digit > 9 || keys > request.count()) {
                return -1;
            }
            keys = keys * 10 + digit;
        }
        boolean fits = keys == 0 || (keys - 1) * step + 1 < request.count() - place;
        return fits && request.length(place) > 0 ? (int) keys : -1;
    }

    private int afterKeyword(Request request) {
        int lastPlace = request.count() - 2;
        int from = index > 0 ? index : Math.min(request.count() + index, lastPlace);
        int direction = index > 0 ? 1 : -1;
        for (int i = from; i > 0 && i <= lastPlace; i += direction) {
            if (request.is(i, keyword)) {
                return i + 1;
            }
        }
        return 0;
    }
}
