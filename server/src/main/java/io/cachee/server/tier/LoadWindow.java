package io.cachee.server.tier;

/**
 * How many loads may be on their way at once. After L2 has come back it begins small and grows with each load that
 * succeeds, so that all that was missed meanwhile does not fall upon it in one moment; each failure halves it.
 */
final class LoadWindow {
    private static final int SMALLEST = 16;

    private final int largest;
    private int size;
    private int inFlight;

    LoadWindow(int largest) {
        this.largest = Math.max(largest, 1);
        this.size = Math.min(SMALLEST, this.largest);
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
