package io.cachee.store;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file that was to back a store could not be made. */
public final class StoreFileException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreFileException(Path path, String message, @Nullable Throwable cause) {
        super(path + ": " + message, cause);
    }
}
