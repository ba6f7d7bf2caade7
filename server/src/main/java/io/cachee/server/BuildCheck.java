package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to run classes that are not those of the jar. A JVM with an ahead-of-time cache takes classes from the cache,
 * and does not notice if the jar has been replaced since. Other files are always read from the jar, so a file in it
 * names the jar's build, and a constant in a class names the classes' build.
 */
final class BuildCheck {
    private static final String RESOURCE = "/build-id";

    private BuildCheck() {}

    /** Describes the problem, or returns null if classes and jar are of the same build. */
    static @Nullable String problem() throws IOException {
        try (InputStream in = BuildCheck.class.getResourceAsStream(RESOURCE)) {
            return in == null ? null : problem(BuildId.VALUE, new String(in.readAllBytes(), UTF_8).strip());
        }
    }

    static @Nullable String problem(String ofClasses, String ofJar) {
        return ofClasses.equals(ofJar)
                ? null
                : "the classes that run are of build " + shortened(ofClasses) + ", the jar is of build "
                        + shortened(ofJar) + ": the ahead-of-time cache beside it is outdated; make it anew or delete"
                        + " it";
    }

    private static String shortened(String id) {
        return id.length() > 12 ? id.substring(0, 12) : id;
    }
}
