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
 * Applies changes of the {@code --config} file while the sidecar runs. It compares the file's content, not its time,
 * because Kubernetes replaces the file by switching a link. New content is applied when two checks in a row find it the
 * same, so that a half-written file is not used. Everything is validated before anything changes. Only settings that
 * differ from the content applied last are set: what a client has set by CONFIG SET in the meantime stays.
 *
 * <p>A password may change but not disappear, because the settings that would replace it (the users file, the
 * addresses) are only read at the start.
 */
final class ConfigReload {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String PASSWORD = "requirepass";
    private static final String PASSWORD_FILE = "requirepass-file";

    /** A part of the sidecar that has its own settings in the file. */
    @FunctionalInterface
    interface Listener {
        /** Validates the new values, or throws. The result applies them. */
        Runnable prepare(FlagValues now);
    }

    private final SharedState shared;
    private final Log log;
    private final FlagValues atStart;
    private final List<Listener> listeners = new ArrayList<>();
    private FlagValues inForce;
    /** The content that {@link #inForce} was read from. */
    private @Nullable ConfigFile used;
    /** The content at the last check. */
    private @Nullable ConfigFile seen;
    /** The last warning about the file, so that it is logged once. */
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

    /** Adds a listener, which validates and applies its part of the file. */
    void add(Listener listener) {
        listeners.add(listener);
    }

    /** Checks the file once a second, however often this is called. */
    void tick() {
        long now = System.nanoTime();
        if (now - lookedNanos >= EVERY_NANOS) {
            lookedNanos = now;
            look();
        }
    }

    /** Checks the file, and applies new content that is the same as at the last check. */
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
