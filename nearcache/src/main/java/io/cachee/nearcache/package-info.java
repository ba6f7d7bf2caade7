/** The store as the first of two tiers: what may be served from it, loads from L2, and the policies of keyspaces. */
@NullMarked
package io.cachee.nearcache;

import org.jspecify.annotations.NullMarked;
