package io.cachee.store;

/** Receives the entries that a scan visits. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * Called for each entry.
     *
     * @param key the key; the visitor may keep the array
     * @param info describes the entry
     */
    void visit(byte[] key, EntryInfo info);
}
