package io.cachee.server.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of a Unix socket. The socket is bound in a directory of its own that nobody else may enter, gets its mode
 * there, and is then moved to its place: nobody can connect before the mode is right, and what was there is replaced in
 * one step. Only a socket of one's own is ever replaced; no link is followed.
 */
final class SocketFile {
    /** What the address of a socket has room for. */
    private static final int MAX_PATH_BYTES = 107;

    private static final String SOCKET = "s";

    private final Path path;
    private final Set<PosixFilePermission> permissions;
    private final Path directory;
    /** Which file it is, once it is in its place. */
    private @Nullable Object identity;

    private SocketFile(Path path, Set<PosixFilePermission> permissions, Path directory) {
        this.path = path;
        this.permissions = permissions;
        this.directory = directory;
    }

    /** Checks the path, and makes the directory to bind in. */
    static SocketFile prepare(Path path, Set<PosixFilePermission> permissions) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException("socket " + path + ": its directory does not exist");
        }
        if (lengthOf(absolute) > MAX_PATH_BYTES) {
            throw new IOException("socket " + path + ": the path is longer than " + MAX_PATH_BYTES + " bytes");
        }
        Path directory = Files.createTempDirectory(
                parent, ".c", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SocketFile file = new SocketFile(absolute, permissions, directory);
        try {
            if (lengthOf(file.bindPath()) > MAX_PATH_BYTES) {
                throw new IOException("socket " + path + ": the path is too long: before it is in its place, the socket"
                        + " is at " + file.bindPath() + ", which is longer than " + MAX_PATH_BYTES + " bytes");
            }
            // Whoever runs this owns what was just made. Names of users tell less: in a container there may be none.
            checkReplaceable(absolute, Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS));
            return file;
        } catch (IOException | RuntimeException e) {
            file.abandon();
            throw e;
        }
    }

    private static int lengthOf(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkReplaceable(Path path, UserPrincipal self) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        PosixFileAttributes there = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (there.isSymbolicLink()) {
            throw new IOException("socket " + path + ": there is a symbolic link, which is not followed");
        }
        if (!there.isOther()) {
            throw new IOException("socket " + path + ": there is something that is no socket");
        }
        if (!there.owner().equals(self)) {
            throw new IOException("socket " + path + ": the socket there belongs to "
                    + there.owner().getName() + ", not to " + self.getName());
        }
        checkStale(path);
    }

    private static void checkStale(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // One whose queue is full is alive, and waiting for it might take forever.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException nobodyListens) {
            return;
        }
        throw new IOException("socket " + path + ": another process listens there");
    }

    /** Where to bind. */
    Path bindPath() {
        return directory.resolve(SOCKET);
    }

    /** The socket is bound: gives it its mode and puts it in its place. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(bindPath(), permissions);
        identity = identityOf(bindPath());
        Files.move(bindPath(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(directory);
    }

    /** Nothing came of it. */
    void abandon() {
        deleteQuietly(bindPath());
        deleteQuietly(directory);
    }

    /** Removes the socket, unless the one there is another process's by now. */
    void remove() {
        try {
            if (Objects.equals(identity, identityOf(path))) {
                deleteQuietly(path);
            }
        } catch (IOException gone) {
            return;
        }
    }

    private static @Nullable Object identityOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Left behind; the next start replaces it.
            return;
        }
    }
}
