package io.cachee.server;

import io.cachee.store.StoreInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that this pod's previous sidecar used, if it ended without removing its file. Their values may be outdated
 * and are not used, but the keys are worth loading.
 */
final class PreviousKeys {
    private static final int LOOKED_AT = 50_000;

    private PreviousKeys() {}

    /** The most used keys of a sample; none if there is no file. Call this before the store replaces the file. */
    static List<byte[]> of(@Nullable Path file, int most) {
        if (file == null || !Files.exists(file)) {
            return List.of();
        }
        try {
            List<StoreInspection.Key> keys =
                    new ArrayList<>(StoreInspection.of(file, LOOKED_AT).keys());
            keys.sort(Comparator.comparingInt(StoreInspection.Key::frequency).reversed());
            return keys.stream().limit(most).map(StoreInspection.Key::bytes).toList();
        } catch (IOException unreadable) {
            // The store is about to replace the file by a good one.
            return List.of();
        }
    }
}
