package io.cachee.store;

/**
 * Whether a store's files are still in their places.
 *
 * @param text what is wrong or what was mended, with the path; empty if all is well
 */
public record FileCondition(Kind kind, String text) {
    /** What was found. */
    public enum Kind {
        /** All is well, or the store has no file. */
        IN_PLACE,
        /** The file in which readers report their hits was gone, and a new one was made. The store is not affected. */
        HITS_RESTORED,
        /** Something lies at the place of the file of hits that is not replaced. The store is not affected. */
        HITS_BLOCKED,
        /** The store's file is gone, so no reader can attach. A store that is opened anew makes a new one. */
        LOST,
        /** Something lies at the place of the store's file that no store replaces. */
        BLOCKED
    }

    static final FileCondition IN_PLACE = new FileCondition(Kind.IN_PLACE, "");

    /** Whether readers that look for the store's file find it. */
    public boolean isReachable() {
        return kind != Kind.LOST && kind != Kind.BLOCKED;
    }
}
