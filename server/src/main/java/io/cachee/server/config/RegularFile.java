package io.cachee.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is to be read to its end. Links are followed, because Kubernetes mounts secrets as links. Anything but a
 * regular file is refused before it is opened: to open a FIFO may block for ever, and a device may never end.
 */
public final class RegularFile {
    private RegularFile() {}

    /** Returns the path, or throws if there is no regular file. */
    public static Path check(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException(path + ": there is no such file");
        }
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + ": not a regular file");
        }
        return path;
    }
}
