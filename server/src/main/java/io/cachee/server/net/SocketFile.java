package io.cachee.server.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

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
        if (absolute.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw new IOException("socket " + path + ": the path is longer than " + MAX_PATH_BYTES + " bytes");
        }
        checkReplaceable(absolute);
        Path directory = Files.createTempDirectory(
                parent, ".c", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path bound = directory.resolve(SOCKET);
        if (bound.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            Files.delete(directory);
            throw new IOException("socket " + path + ": the path of its directory is too long");
        }
        return new SocketFile(absolute, permissions, directory);
    }

    private static void checkReplaceable(Path path) throws IOException {
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
        String self = System.getProperty("user.name");
        if (!there.owner().getName().equals(self)) {
            throw new IOException("socket " + path + ": the socket there belongs to "
                    + there.owner().getName() + ", not to " + self);
        }
        try (var probe = java.nio.channels.SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            probe.connect(java.net.UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyListens) {
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
        Files.move(bindPath(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(directory);
    }

    /** Nothing came of it. */
    void abandon() {
        deleteQuietly(bindPath());
        deleteQuietly(directory);
    }

    /** Removes the socket. */
    void remove() {
        deleteQuietly(path);
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
