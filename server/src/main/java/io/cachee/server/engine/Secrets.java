package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.List;

/**
 * Which arguments of a command are passwords and the like, so that logs must not show them.
 *
 * @param from the first argument of which it is true, and of all that follow; 0 if there is none
 * @param words words after which it is true, wherever they stand
 */
public record Secrets(int from, List<Word> words) {
    static final Secrets NONE = new Secrets(0, List.of());
    /** All arguments. */
    public static final Secrets ALL = new Secrets(1, List.of());

    /** A word in a request before secrets; {@code count} is how many follow it. */
    public record Word(String word, int count) {}

    boolean hides(Request request, int argument) {
        if (from > 0 && argument >= from) {
            return true;
        }
        for (Word word : words) {
            for (int i = Math.max(1, argument - word.count); i < argument; i++) {
                if (request.is(i, word.word)) {
                    return true;
                }
            }
        }
        return false;
    }
}
