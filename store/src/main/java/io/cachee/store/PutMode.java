package io.cachee.store;

/**
 * The condition under which a value is stored.
 *
 * @param condition what must hold
 * @param version the version that the entry must have, for {@link Condition#IF_VERSION}
 */
public record PutMode(Condition condition, int version) {
    /** What must hold for a value to be stored. */
    public enum Condition {
        /** Nothing. */
        ALWAYS,
        /** The key has no value. */
        IF_ABSENT,
        /** The key has a value. */
        IF_PRESENT,
        /** The key has the value of a given version. */
        IF_VERSION
    }

    /** Stores unconditionally. */
    public static final PutMode ALWAYS = new PutMode(Condition.ALWAYS, 0);
    /** Stores only if the key has no value. */
    public static final PutMode IF_ABSENT = new PutMode(Condition.IF_ABSENT, 0);
    /** Stores only if the key has a value. */
    public static final PutMode IF_PRESENT = new PutMode(Condition.IF_PRESENT, 0);

    /** Stores only if the key's entry has this version. */
    public static PutMode ifVersion(int version) {
        return new PutMode(Condition.IF_VERSION, version);
    }
}
