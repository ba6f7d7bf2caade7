/** A load generator for servers that speak RESP. */
@NullMarked
package io.cachee.server.load;

import org.jspecify.annotations.NullMarked;
