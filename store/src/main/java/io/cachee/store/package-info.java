/**
 * The cache engine: a store of keys and values in one region of memory, with eviction and expiry, that other processes
 * read directly. {@link io.cachee.store.Store} writes, {@link io.cachee.store.StoreReader} reads.
 */
@NullMarked
package io.cachee.store;

import org.jspecify.annotations.NullMarked;
