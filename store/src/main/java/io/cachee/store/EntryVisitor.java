package io.cachee.store;

/** Receives entries while a store is scanned. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * Called for each entry.
     *
     * @param key the key; the visitor may keep it
     * @param info what is known of the entry; reused for the next one
     */
    void visit(byte[] key, EntryInfo info);
}
