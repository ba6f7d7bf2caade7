package io.cachee.store;

/** The store is full and its policy is not to evict. */
public final class StoreFullException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    StoreFullException(String message) {
        super(message);
    }
}
