package io.cachee.store;

/** Thrown when the store is full and its policy does not evict. */
public final class StoreFullException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    StoreFullException(String message) {
        super(message);
    }
}
