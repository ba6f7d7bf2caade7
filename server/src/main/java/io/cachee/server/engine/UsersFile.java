package io.cachee.server.engine;

import io.cachee.server.config.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file that ACL LOAD reads and ACL SAVE writes.
 *
 * @param defaultHasPassword whether a flag gives the default user's password: the next start refuses a file that has a
 *     line for that user too
 */
public record UsersFile(Path path, boolean defaultHasPassword) {
    /** Replaces the users by those of the file. */
    public void load(Users users) throws IOException {
        try {
            users.replaceBy(SecretFile.readEntries(path));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(path + ": " + wrong.getMessage(), wrong);
        }
    }

    /** Replaces the content of the file by the users, in one step. */
    public void save(Users users) throws IOException {
        if (defaultHasPassword) {
            throw new IOException(
                    "the default user's password comes from a flag, and the next start would refuse a file"
                            + " that has that user too: move the password to " + path);
        }
        List<String> lines = users.lines();
        SecretFile.replace(path, String.join("\n", lines) + "\n");
    }
}
