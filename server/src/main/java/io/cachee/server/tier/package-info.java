/** The store as the first of two tiers: what may be served from it, loads from L2, and the policies of keyspaces. */
@NullMarked
package io.cachee.server.tier;

import org.jspecify.annotations.NullMarked;
