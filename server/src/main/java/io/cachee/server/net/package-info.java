/** Sockets: who may connect where, and the bytes to and from there. */
@NullMarked
package io.cachee.server.net;

import org.jspecify.annotations.NullMarked;
