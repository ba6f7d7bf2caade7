package io.cachee.store;

/** What can change about a store while it runs. For any thread. */
public final class StoreSettings {
    private final StoreCore core;

    StoreSettings(StoreCore core) {
        this.core = core;
    }

    /** The eviction policy in force. */
    public Eviction eviction() {
        return core.eviction();
    }

    /**
     * Puts another eviction policy in force. Entries stay where they are, and so do the uses noted with them. What was
     * on probation counts as young.
     */
    public void eviction(Eviction wanted) {
        core.switchTo(wanted);
    }

    /** The most bytes that entries may take; the size of the region if there is no limit. */
    public long maxBytes() {
        return Math.min(core.limit.bytes(), core.layout.size());
    }

    /**
     * Limits the bytes of entries, headers included. The policy evicts what is beyond the limit, a little with each
     * write and with each tick. Under {@link Eviction#NOEVICTION}, writes that need more are refused. No pages are
     * given back.
     *
     * @param bytes 0, or the size of the region or more, for no limit
     */
    public void maxBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a limit of " + bytes + " bytes is negative");
        }
        core.limit.set(bytes == 0 || bytes >= core.layout.size() ? MemoryLimit.NONE : bytes);
    }
}
