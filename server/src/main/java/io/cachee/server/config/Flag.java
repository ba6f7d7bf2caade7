package io.cachee.server.config;

import org.jspecify.annotations.Nullable;

/**
 * A flag of a command.
 *
 * @param name without dashes in front
 * @param parameter what its value is, for the help text
 * @param otherwise the value of a flag that is not given, or empty
 * @param alone the value of a flag that is given without one, or null when it needs one
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

    /** A flag that may stand alone, which means yes. */
    public static Flag yesNo(String name, String otherwise, String description) {
        return new Flag(name, "yes|no", otherwise, "yes", description);
    }
}
