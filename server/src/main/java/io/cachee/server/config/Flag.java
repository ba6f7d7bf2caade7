package io.cachee.server.config;

import org.jspecify.annotations.Nullable;

/**
 * A flag of a command.
 *
 * @param name without dashes in front
 * @param parameter the kind of its value, for the help text
 * @param otherwise the default value, or empty
 * @param alone the value when the flag is given without one; null if it needs a value
 * @param description for the help text
 */
public record Flag(
        String name,
        String parameter,
        String otherwise,
        @Nullable String alone,
        String description) {
    /** A flag that needs a value. */
    public static Flag of(String name, String parameter, String otherwise, String description) {
        return new Flag(name, parameter, otherwise, null, description);
    }

    /** A flag that means yes when it is given without a value. */
    static Flag yesNo(String name, String otherwise, String description) {
        return new Flag(name, "yes|no", otherwise, "yes", description);
    }
}
