package io.cachee.server.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;

/** Forty characters that no other run has, from the system itself where it can be asked: that is much quicker. */
final class RunId {
    private static final Path SYSTEM_RANDOM = Path.of("/dev/urandom");
    private static final int BYTES = 20;

    private RunId() {}

    static String next() {
        try (InputStream random = Files.newInputStream(SYSTEM_RANDOM)) {
            byte[] bytes = random.readNBytes(BYTES);
            if (bytes.length == BYTES) {
                return HexFormat.of().formatHex(bytes);
            }
        } catch (IOException none) {
            // The JDK has a generator everywhere.
        }
        return UUID.randomUUID().toString().replace("-", "") + "00000000";
    }
}
