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
 * The path of a Unix socket. The socket is bound in a private directory, gets its mode there, and is then moved to its
 * place. So no client can connect before the mode is right, and an old socket is replaced atomically. Only a stale
 * socket of the same user is ever replaced, and no link is followed.
 */
final class SocketFile {
    /** The longest path that fits into a socket address. */
    private static final int MAX_PATH_BYTES = 107;

    private static final String SOCKET = "s";
    /** The bits of a file's mode that tell its type, and a socket's, as in stat(2). */
    private static final int FILE_TYPE = 0170000;

    private static final int TYPE_SOCKET = 0140000;

    private final Path path;
    private final Set<PosixFilePermission> permissions;
    private final Path directory;
    /** Identifies the socket's file, once it is in its place. */
    private @Nullable Object identity;

    private SocketFile(Path path, Set<PosixFilePermission> permissions, Path directory) {
        this.path = path;
        this.permissions = permissions;
        this.directory = directory;
    }

    /** Checks the path, and creates the directory to bind in. */
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
            // The owner of the new directory is the user of this process. In a container it may have no name.
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
        if (!isSocket(path)) {
            throw new IOException("socket " + path + ": there is something that is no socket");
        }
        if (!there.owner().equals(self)) {
            throw new IOException("socket " + path + ": the socket there belongs to "
                    + there.owner().getName() + ", not to " + self.getName());
        }
        checkStale(path);
    }

    private static boolean isSocket(Path path) throws IOException {
        Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return mode instanceof Integer bits && (bits & FILE_TYPE) == TYPE_SOCKET;
    }

    private static void checkStale(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Does not block: a listener whose queue is full is alive, but might never accept.
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

    /** Gives the bound socket its mode, and moves it to its place. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(bindPath(), permissions);
        identity = identityOf(bindPath());
        Files.move(bindPath(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(directory);
    }

    /** Removes what was created, because binding has failed. */
    void abandon() {
        deleteQuietly(bindPath());
        deleteQuietly(directory);
    }

    /** Removes the socket, unless another process has replaced it. */
    void remove() {
        if (isInPlace()) {
            deleteQuietly(path);
        }
    }

    /** Whether the socket is at its path. */
    boolean isInPlace() {
        try {
            return Objects.equals(identity, identityOf(path));
        } catch (IOException gone) {
            return false;
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
            // The next start replaces it.
            return;
        }
    }
}
