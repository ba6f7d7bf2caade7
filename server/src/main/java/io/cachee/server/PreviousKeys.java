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
 * The keys that were in use when the sidecar of this pod ended without removing its file. What it held of them is not
 * believed; that they were in use is reason enough to load them.
 */
final class PreviousKeys {
    private static final int LOOKED_AT = 50_000;

    private PreviousKeys() {}

    /** The most used of a sample, as the store knew them; none where there is no such file. Before it is replaced. */
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
            // It is replaced by a good one in a moment.
            return List.of();
        }
    }
}
