/** What is measured, and how Prometheus reads it. */
@NullMarked
package io.cachee.server.metrics;

import org.jspecify.annotations.NullMarked;
