/**
 * The near cache: a store (L1) that holds values of a Redis server or cluster (L2) and stays coherent with it. It
 * decides which values may be served, loads missing ones, applies the policies of keyspaces, writes behind and warms
 * up. {@link io.cachee.nearcache.NearCache} is the entry point.
 */
@NullMarked
package io.cachee.nearcache;

import org.jspecify.annotations.NullMarked;
