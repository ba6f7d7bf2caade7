package io.cachee.server.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How many CPUs of this machine are idle, read from /proc/stat. */
final class IdleCpus {
    private static final double TICKS_PER_SECOND = 100;

    private final @Nullable FileChannel file;
    private final ByteBuffer text = ByteBuffer.allocate(256);
    private long lastIdle = -1;

    IdleCpus() {
        FileChannel opened;
        try {
            opened = FileChannel.open(Path.of("/proc/stat"));
        } catch (IOException notThisSystem) {
            opened = null;
        }
        file = opened;
    }

    /** The CPUs that were idle on average in the last {@code wallNanos}; 0 if unknown. */
    double sample(long wallNanos) {
        FileChannel from = file;
        if (from == null) {
            return 0;
        }
        try {
            text.clear();
            int length = from.read(text, 0);
            String line = new String(text.array(), 0, Math.max(0, length), StandardCharsets.US_ASCII);
            String[] fields = line.strip().split(" +", 7);
            long idle = Long.parseLong(fields[4]) + Long.parseLong(fields[5]);
            double idleSeconds = lastIdle < 0 ? 0 : (idle - lastIdle) / TICKS_PER_SECOND;
            lastIdle = idle;
            return idleSeconds / (wallNanos / 1e9);
        } catch (IOException | RuntimeException unreadable) {
            return 0;
        }
    }

    void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException ignored) {
                // A file that was only read loses nothing.
            }
        }
    }
}
