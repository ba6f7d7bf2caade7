/** Counters, histograms and figures of the process, and Prometheus's text formats. */
@NullMarked
package io.cachee.server.metrics;

import org.jspecify.annotations.NullMarked;
