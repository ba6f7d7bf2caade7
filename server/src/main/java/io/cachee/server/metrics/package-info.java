/** Metrics as Prometheus reads them. */
@NullMarked
package io.cachee.server.metrics;

import org.jspecify.annotations.NullMarked;
