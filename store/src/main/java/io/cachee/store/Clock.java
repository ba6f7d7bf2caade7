package io.cachee.store;

/** The store's source of time. Durations are measured by the monotonic clock alone. */
public interface Clock {
    /** The machine's clocks. */
    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };

    /** A monotonic clock, in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** The wall clock, in milliseconds since 1970. Read once, when the store is opened. */
    long wallMillis();
}
