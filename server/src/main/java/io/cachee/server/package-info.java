/** The sidecar, and the {@code cachee} command line. */
@NullMarked
package io.cachee.server;

import org.jspecify.annotations.NullMarked;
