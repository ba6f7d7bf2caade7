package io.cachee.server.config;

import java.util.Collection;
import java.util.function.UnaryOperator;

/** Finds the known name that is most like an unknown one. */
final class Suggestion {
    private static final int MOST_CHANGES = 2;

    private Suggestion() {}

    /**
     * The end of an error message that suggests the name, or empty if no name is similar.
     *
     * @param shown turns a name into what the user has to write
     */
    static String of(Collection<String> known, String name, UnaryOperator<String> shown) {
        String nearest = null;
        int least = MOST_CHANGES + 1;
        for (String candidate : known) {
            int changes = distance(name, candidate);
            if (changes < least) {
                least = changes;
                nearest = candidate;
            }
        }
        if (nearest == null && !name.isEmpty()) {
            nearest = known.stream()
                    .filter(candidate -> candidate.startsWith(name) || name.startsWith(candidate))
                    .findFirst()
                    .orElse(null);
        }
        return nearest == null ? "" : "; did you mean " + shown.apply(nearest) + "?";
    }

    /** The number of letters to change, add or remove to turn one word into the other. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
