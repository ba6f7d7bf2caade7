/** The Redis protocol: requests out of bytes, replies into bytes. Knows neither store nor sockets. */
@NullMarked
package io.cachee.server.resp;

import org.jspecify.annotations.NullMarked;
