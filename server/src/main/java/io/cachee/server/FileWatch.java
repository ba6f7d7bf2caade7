package io.cachee.server;

import io.cachee.store.FileCondition;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks once a second whether the Unix socket and the shared file are still in their places, and logs what it finds
 * once. The socket, and the file in which readers report hits, are made anew. The shared file cannot be: its memory has
 * lost its name. While it is gone the sidecar is not ready, and soon it has to end, so that a restart makes a new one.
 * Where something lies that a restart would not replace, it stays, and is not ready.
 */
final class FileWatch {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How long the shared file may be gone. Meanwhile probes see why, and clients are led elsewhere. */
    static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Supplier<FileCondition> storeFile;
    private final Supplier<String> socket;
    private final Log log;
    private final LongSupplier nanoTime;
    private long lookedNanos;
    private long lostNanos;
    private boolean isLost;
    private String fileText = "";
    private String socketText = "";
    private volatile String notReady = "";

    /**
     * Watches the files of one sidecar.
     *
     * @param socket restores the Unix socket; gives why that is not possible, or empty
     */
    FileWatch(Supplier<FileCondition> storeFile, Supplier<String> socket, Log log, LongSupplier nanoTime) {
        this.storeFile = storeFile;
        this.socket = socket;
        this.log = log;
        this.nanoTime = nanoTime;
        this.lookedNanos = nanoTime.getAsLong();
    }

    /** Looks once a second, however often this is called. */
    void tick() {
        long now = nanoTime.getAsLong();
        if (now - lookedNanos >= EVERY_NANOS) {
            lookedNanos = now;
            look(now);
        }
    }

    private void look(long now) {
        FileCondition file = storeFile.get();
        fileText = report(fileText, file.text(), file.isReachable());
        if (file.kind() != FileCondition.Kind.LOST) {
            isLost = false;
        } else if (!isLost) {
            isLost = true;
            lostNanos = now;
        }
        String socketProblem = socket.get();
        socketText = report(socketText, socketProblem, false);
        notReady = file.isReachable() ? socketProblem : file.text();
    }

    private String report(String before, String text, boolean isHarmless) {
        if (text.equals(before)) {
            return before;
        }
        if (text.isEmpty()) {
            log.info("in its place again; before: " + before);
        } else {
            log.warn(text + (isHarmless ? "" : "; not ready"));
        }
        return text;
    }

    /** Why clients should not connect; empty if they should. Any thread. */
    String notReady() {
        return notReady;
    }

    /** Whether the shared file has been gone for so long that only a restart helps. */
    boolean needsRestart() {
        return isLost && nanoTime.getAsLong() - lostNanos >= LOST_NANOS;
    }
}
