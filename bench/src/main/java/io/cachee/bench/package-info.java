/** Benchmarks by JMH and concurrency stress tests by jcstress. */
@NullMarked
package io.cachee.bench;

import org.jspecify.annotations.NullMarked;
