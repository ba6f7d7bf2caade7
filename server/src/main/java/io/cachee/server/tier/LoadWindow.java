package io.cachee.server.tier;

/**
 * How many loads may be on their way at once. It grows with each load that succeeds, and each failure halves it. A new
 * sidecar begins with what lets it come up warm quickly; after L2 has come back all begin small, so that what they
 * missed meanwhile does not fall upon it in one moment.
 */
final class LoadWindow {
    private static final int FIRST = 256;
    private static final int SMALLEST = 16;

    private final int largest;
    private int size;
    private int inFlight;

    LoadWindow(int largest) {
        this.largest = Math.max(largest, 1);
        this.size = Math.min(FIRST, this.largest);
    }

    boolean tryEnter() {
        if (inFlight >= size) {
            return false;
        }
        inFlight++;
        return true;
    }

    void left(boolean succeeded) {
        inFlight--;
        size = succeeded ? Math.min(size + 1, largest) : Math.max(size / 2, Math.min(SMALLEST, largest));
    }

    /** L2 has come back. */
    void restart() {
        size = Math.min(SMALLEST, largest);
    }

    int size() {
        return size;
    }

    int inFlight() {
        return inFlight;
    }
}
