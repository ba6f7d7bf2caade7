package io.cachee.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads and writes files that contain a secret. A file that everybody may read is refused. */
public final class SecretFile {
    private static final int MOST_BYTES = 1 << 16;
    private static final int MOST_BYTES_OF_ENTRIES = 4 << 20;
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");

    private SecretFile() {}

    /** The file's content. Exceptions name the file and never its content. */
    static String read(Path path) throws IOException {
        return read(path, MOST_BYTES);
    }

    private static String read(Path path, int mostBytes) throws IOException {
        check(path);
        if (Files.size(path) > mostBytes) {
            throw new IOException(path + ": larger than " + mostBytes + " bytes");
        }
        try {
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new IOException(path + ": no text in UTF-8", e);
        }
    }

    /** Refuses a file that everybody may read or write, or this process may not. */
    public static void check(Path path) throws IOException {
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

    /** The file's lines, without empty ones and comments. */
    public static List<NumberedLine> readEntries(Path path) throws IOException {
        List<NumberedLine> entries = new ArrayList<>();
        int number = 0;
        for (String line :
                read(path, MOST_BYTES_OF_ENTRIES).lines().map(String::strip).toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("#")) {
                entries.add(new NumberedLine(number, line));
            }
        }
        return entries;
    }

    /**
     * Replaces the content by entries. Whoever reads the file sees the old content or the new one, even after a crash.
     * The
     * permissions stay as they are.
     */
    public static void replace(Path path, String content) throws IOException {
        if (content.length() > MOST_BYTES_OF_ENTRIES / 4) {
            throw new IOException("the users and their rules are too large for a file");
        }
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        Path folder = target.getParent();
        Set<PosixFilePermission> permissions =
                Files.exists(target) ? Files.getPosixFilePermissions(target) : OWNER_ALONE;
        FileAttribute<?> ownersAlone = PosixFilePermissions.asFileAttribute(OWNER_ALONE);
        Path written = Files.createTempFile(folder, target.getFileName() + ".", ".tmp", ownersAlone);
        try {
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(UTF_8));
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.setPosixFilePermissions(written, permissions);
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(folder)) {
                directory.force(true);
            }
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
