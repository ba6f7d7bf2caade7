/** Replays traces of real workloads against the store and its peers. */
@NullMarked
package io.cachee.simulate;

import org.jspecify.annotations.NullMarked;
