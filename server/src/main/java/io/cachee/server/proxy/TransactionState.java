package io.cachee.server.proxy;

/** What WATCH and MULTI have begun for a client in L2. Confined to the client's event loop. */
final class TransactionState {
    private static final int NONE = -1;

    private boolean isOpen;
    private boolean isMultiUnsent;
    private boolean watches;
    private boolean isBroken;
    private int selectedDatabase = NONE;

    /** Whether MULTI has been answered, and neither EXEC nor DISCARD has been sent. */
    boolean isOpen() {
        return isOpen;
    }

    /** Whether L2 keeps, or will keep, something for the client. */
    boolean isNeeded() {
        return isOpen || watches;
    }

    void watch() {
        watches |= !isOpen;
    }

    void unwatch() {
        watches = false;
    }

    /** @param isSent whether L2 gets MULTI now; otherwise it gets it with the first command of the transaction */
    void open(boolean isSent) {
        isOpen = true;
        isMultiUnsent = !isSent;
    }

    /** Whether MULTI must be sent before the next command. It is taken as sent then. */
    boolean takeUnsentMulti() {
        boolean wasUnsent = isMultiUnsent;
        isMultiUnsent = false;
        return wasUnsent;
    }

    /** A command was refused here. L2, which does not know of it, must not run the others. */
    void fail() {
        isBroken |= isOpen;
    }

    boolean isBroken() {
        return isBroken;
    }

    /** A SELECT is part of the transaction. */
    void select(int database) {
        selectedDatabase = database;
    }

    /** The database that the client is in after EXEC; negative if that does not change. */
    int selectedDatabase() {
        return selectedDatabase;
    }

    /** EXEC or DISCARD ends the transaction, and what was watched is watched no more. */
    void end() {
        isOpen = false;
        isMultiUnsent = false;
        watches = false;
        isBroken = false;
        selectedDatabase = NONE;
    }
}
