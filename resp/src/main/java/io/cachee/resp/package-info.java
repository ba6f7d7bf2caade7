/** The Redis protocol: requests and replies, written and read. Knows neither store nor sockets. */
@NullMarked
package io.cachee.resp;

import org.jspecify.annotations.NullMarked;
