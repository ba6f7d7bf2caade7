package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which keys a request of a command uses, and what the user must be allowed to do to them. It follows the key
 * specifications. Some commands read or write only with certain words among their arguments, and some words make a
 * command use keys that cannot be told.
 */
final class KeyRights {
    /** A key of a request, by its argument. */
    record Use(int place, boolean reads, boolean writes) {}

    private final List<KeySpec> specs;
    private final Set<String> readingWords;
    private final Set<String> writingWords;
    private final Set<String> hidingWords;
    private final boolean hidesAlways;

    KeyRights(CommandRow row) {
        List<KeySpec> told = new ArrayList<>(row.keySpecs);
        told.removeIf(spec -> !spec.isKey() || !spec.isKnown());
        boolean explained = !row.checkedSpecs.isEmpty() || !row.hidingWords.isEmpty();
        boolean isIncomplete =
                row.keySpecs.stream().anyMatch(spec -> spec.isKey() && (!spec.isKnown() || spec.isIncomplete()));
        told.addAll(row.checkedSpecs);
        this.specs = List.copyOf(told);
        this.readingWords = Set.copyOf(row.readingWords);
        this.writingWords = Set.copyOf(row.writingWords);
        this.hidingWords = Set.copyOf(row.hidingWords);
        this.hidesAlways = row.isUnknown
                || row.traits.contains(Trait.HIDES_KEYS)
                || row.traits.contains(Trait.RUNS_SCRIPTS)
                || isIncomplete && !explained;
    }

    /** Whether the request may use keys that its arguments do not tell. Then only who may use all keys may send it. */
    boolean hidesKeys(Request request) {
        if (hidesAlways || hasOneOf(hidingWords, request)) {
            return true;
        }
        for (KeySpec spec : specs) {
            if (spec.isMiscounted(request)) {
                return true;
            }
        }
        return false;
    }

    /** The keys that the request names, in their order. */
    List<Use> uses(Request request) {
        List<Use> uses = new ArrayList<>();
        boolean mayRead = readingWords.isEmpty() || hasOneOf(readingWords, request);
        boolean mayWrite = writingWords.isEmpty() || hasOneOf(writingWords, request);
        for (KeySpec spec : specs) {
            for (int place : spec.placesAfterAll(request)) {
                uses.add(new Use(place, spec.reads() && mayRead, spec.writes() && mayWrite));
            }
        }
        return uses;
    }

    /** Whether one of the words stands behind the first key, where options are. */
    private static boolean hasOneOf(Set<String> words, Request request) {
        if (words.isEmpty()) {
            return false;
        }
        for (int i = 2; i < request.count(); i++) {
            for (String word : words) {
                if (request.is(i, word)) {
                    return true;
                }
            }
        }
        return false;
    }
}
