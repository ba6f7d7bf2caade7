package io.cachee.server.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Forty random characters that identify a run of the sidecar. They come from the operating system if possible, because
 * the JDK's generator takes much longer to start.
 */
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
            // Not every system has this file; the JDK has a generator everywhere.
        }
        return UUID.randomUUID().toString().replace("-", "") + "00000000";
    }
}
