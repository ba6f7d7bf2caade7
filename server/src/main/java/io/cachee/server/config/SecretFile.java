package io.cachee.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Reads files that contain a secret. A file that everybody may read is refused. */
final class SecretFile {
    private static final int MOST_BYTES = 1 << 16;

    private SecretFile() {}

    /** The file's content. Exceptions name the file and never its content. */
    static String read(Path path) throws IOException {
        check(path);
        if (Files.size(path) > MOST_BYTES) {
            throw new IOException(path + ": larger than " + MOST_BYTES + " bytes");
        }
        try {
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new IOException(path + ": no text in UTF-8", e);
        }
    }

    /** Refuses a file that everybody may read or write, or this process may not. */
    static void check(Path path) throws IOException {
        RegularFile.check(path);
        if (!Files.isReadable(path)) {
            throw new IOException(path + ": this user may not read it");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(path
                    + ": everybody may read or write it; take that away with chmod o-rw, or defaultMode: 0440"
                    + " of the secret's volume");
        }
    }

    /** The file's first line. */
    static String readLine(Path path) throws IOException {
        String text = read(path);
        int end = text.indexOf('\n');
        String line = (end < 0 ? text : text.substring(0, end)).strip();
        if (line.isEmpty()) {
            throw new IOException(path + ": its first line is empty");
        }
        return line;
    }
}
