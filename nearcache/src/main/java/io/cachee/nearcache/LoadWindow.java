package io.cachee.nearcache;

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
        if (room() == 0) {
            return false;
        }
        inFlight++;
        return true;
    }

    /** How many loads may be sent now. */
    int room() {
        return Math.max(0, size - inFlight);
    }

    /** So many are sent, and there is room for them. */
    void enter(int loads) {
        inFlight += loads;
    }

    void left(boolean succeeded) {
        left(1, succeeded);
    }

    /** Loads that succeeded or failed together. */
    void left(int loads, boolean succeeded) {
        inFlight -= loads;
        size = succeeded ? Math.min(size + loads, largest) : Math.max(size / 2, Math.min(SMALLEST, largest));
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
