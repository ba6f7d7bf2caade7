/** The sidecar before an L2: which commands L1 answers, which are forwarded, and over which connection. */
@NullMarked
package io.cachee.server.proxy;

import org.jspecify.annotations.NullMarked;
