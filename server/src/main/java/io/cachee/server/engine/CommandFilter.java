package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.util.Locale;
import java.util.function.Predicate;

/** Which commands COMMAND LIST lists. */
public final class CommandFilter {
    private CommandFilter() {}

    /** The filter that a request names by FILTERBY; everything if it names none. */
    public static Predicate<Command> of(Request request) {
        if (request.count() == 2) {
            return _ -> true;
        }
        if (request.count() != 5 || !request.is(2, "FILTERBY")) {
            throw CommandException.syntax();
        }
        String value = request.text(4).toLowerCase(Locale.ROOT);
        if (request.is(3, "PATTERN")) {
            Glob pattern = new Glob(value.getBytes(UTF_8));
            return command -> pattern.matches(command.name.getBytes(UTF_8));
        }
        if (request.is(3, "ACLCAT")) {
            return command -> command.categories.contains(value);
        }
        if (request.is(3, "MODULE")) {
            return _ -> false;
        }
        throw CommandException.syntax();
    }
}
