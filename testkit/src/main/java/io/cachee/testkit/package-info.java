/** The environment of tests and benchmarks: real Redis servers, a network that fails, and a small client. */
@NullMarked
package io.cachee.testkit;

import org.jspecify.annotations.NullMarked;
