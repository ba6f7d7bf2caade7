package io.cachee.nearcache;

/**
 * Limits how many loads are in flight. Each success grows the window, each failure halves it. A new sidecar begins with
 * a large window, so that it warms up quickly. After an outage of L2 all sidecars begin with a small one, so that they
 * do not overload L2 with everything they missed.
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

    /** How many more loads may be sent now. */
    int room() {
        return Math.max(0, size - inFlight);
    }

    /** Notes that loads are sent. There must be room for them. */
    void enter(int loads) {
        inFlight += loads;
    }

    void left(boolean succeeded) {
        left(1, succeeded);
    }

    /** Notes that loads succeeded or failed together. */
    void left(int loads, boolean succeeded) {
        inFlight -= loads;
        size = succeeded ? Math.min(size + loads, largest) : Math.max(size / 2, Math.min(SMALLEST, largest));
    }

    /** Shrinks to the smallest size, because L2 has come back. */
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
