package io.cachee.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** What lies at a path, found out without opening it: to open a FIFO may block for ever. */
final class FileGuard {
    private FileGuard() {}

    /** Why the file at a path may not be used or replaced; null if there is none, or a regular file of this user's. */
    static @Nullable String obstacle(Path path) throws IOException {
        BasicFileAttributes there = attributes(path);
        if (there == null) {
            return null;
        }
        if (!there.isRegularFile()) {
            return "exists and is not a regular file; it will not be replaced";
        }
        String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
        String self = ownUser();
        return owner.equals(self) ? null : "belongs to " + owner + ", not to " + self + "; it will not be replaced";
    }

    /** Refuses a path at which something lies that may not be used or replaced. */
    static void refuseObstacle(Path path) throws IOException {
        String obstacle = obstacle(path);
        if (obstacle != null) {
            throw new StoreFileException(path, obstacle, null);
        }
    }

    /** Identifies the file at a path, which is not followed if it is a link; null if there is none. */
    static @Nullable Object identity(Path path) throws IOException {
        BasicFileAttributes there = attributes(path);
        return there == null ? null : there.fileKey();
    }

    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** The user that this process runs as, in the form in which owners of files are named. */
    static String ownUser() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) ? Files.getOwner(self).getName() : System.getProperty("user.name");
    }
}
