package io.cachee.store;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Thrown when the file of a store cannot be created. */
public final class StoreFileException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreFileException(Path path, String message, @Nullable Throwable cause) {
        super(path + ": " + message, cause);
    }
}
