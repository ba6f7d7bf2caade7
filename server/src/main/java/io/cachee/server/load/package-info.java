/** The load generator of {@code cachee bench}, and the queries of {@code top}, {@code report} and {@code warm}. */
@NullMarked
package io.cachee.server.load;

import org.jspecify.annotations.NullMarked;
