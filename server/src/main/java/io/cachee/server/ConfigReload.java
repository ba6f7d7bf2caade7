package io.cachee.server;

import io.cachee.server.config.ConfigFile;
import io.cachee.server.config.FlagValues;
import io.cachee.server.config.Settings;
import io.cachee.server.engine.Parameter;
import io.cachee.server.engine.SharedState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes over what changes in the file of {@code --config}. Its content is compared, not its time: Kubernetes swaps
 * links.
 * New content is used once it has stood still for one look, so that a file that is being written is not taken for one
 * whose end is missing. Everything is checked before anything changes. Only what differs from the last content that was
 * used is set again: what a client has set by CONFIG SET meanwhile stays.
 *
 * <p>Passwords may change but not go away, for the users' file or the address that would make up for it are read at the
 * start alone.
 */
final class ConfigReload {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String PASSWORD = "requirepass";
    private static final String PASSWORD_FILE = "requirepass-file";

    /** Somebody whom a part of the file concerns. */
    @FunctionalInterface
    interface Listener {
        /** Checks the new values, or throws what is wrong with them; what is returned puts them into effect. */
        Runnable prepare(FlagValues now);
    }

    private final SharedState shared;
    private final Log log;
    private final FlagValues atStart;
    private final List<Listener> listeners = new ArrayList<>();
    private FlagValues inForce;
    /** What is in the file that {@link #inForce} came of. */
    private @Nullable ConfigFile used;
    /** What was in the file at the last look. */
    private @Nullable ConfigFile seen;
    /** What was said of it last, so that it is said once. */
    private String complaint = "";

    private long lookedNanos = System.nanoTime();

    ConfigReload(Settings settings, SharedState shared, Log log) {
        this.shared = shared;
        this.log = log;
        this.atStart = settings.values();
        this.inForce = atStart;
        this.used = atStart.file();
        this.seen = used;
    }

    /** Has somebody asked, and told, when the file changes. */
    void add(Listener listener) {
        listeners.add(listener);
    }

    /** To be called often; looks at the file now and then. */
    void tick() {
        long now = System.nanoTime();
        if (now - lookedNanos >= EVERY_NANOS) {
            lookedNanos = now;
            look();
        }
    }

    /** Looks at the file; what has changed since the last look but one, and not since the last, is put into effect. */
    void look() {
        ConfigFile before = seen;
        if (before == null) {
            return;
        }
        try {
            ConfigFile now = ConfigFile.read(before.path());
            seen = now;
            if (now.equals(used)) {
                complaint = "";
            } else if (now.equals(before)) {
                reload(now);
                complaint = "";
            }
        } catch (NoSuchFileException gone) {
            complain(before.path() + " is gone; what it said stays in force", false);
        } catch (IllegalArgumentException | IOException wrong) {
            complain("the configuration stays as it is: " + wrong.getMessage(), true);
        } catch (RuntimeException broken) {
            complain("the configuration stays as it is: " + before.path() + " cannot be used: " + broken, true);
        }
    }

    private void complain(String text, boolean isError) {
        if (!text.equals(complaint)) {
            complaint = text;
            log.warn(text);
            if (isError) {
                shared.events().configUnusable();
            }
        }
    }

    private void reload(ConfigFile file) throws IOException {
        FlagValues now = inForce.with(file);
        Settings settings = Settings.of(now);
        List<String> changed = now.changedSince(inForce);
        Map<String, String> parameters = new LinkedHashMap<>(settings.parameters());
        parameters.keySet().retainAll(changed);
        boolean otherPassword = changed.contains(PASSWORD) || changed.contains(PASSWORD_FILE);
        if (otherPassword && !settings.password().isEmpty()) {
            parameters.put(PASSWORD, settings.password());
        }
        List<Runnable> steps = new ArrayList<>(List.of(Parameter.prepare(shared, parameters)));
        for (Listener listener : listeners) {
            steps.add(listener.prepare(now));
        }
        steps.forEach(Runnable::run);
        List<String> later = new ArrayList<>(changed);
        later.removeAll(parameters.keySet());
        if (parameters.containsKey(PASSWORD)) {
            later.remove(PASSWORD_FILE);
        }
        later.removeIf(name -> now.text(name).equals(atStart.text(name)));
        inForce = now;
        used = file;
        shared.events().configReloaded();
        log.info(file.path() + " was reloaded"
                + (parameters.isEmpty() ? "" : ": " + String.join(", ", parameters.keySet()) + " changed"));
        later.forEach(name -> log.warn(name + ": takes effect at the next start"));
    }
}
