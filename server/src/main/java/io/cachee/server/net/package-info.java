/**
 * Sockets, and what clients speak over them: listeners, TLS, event loops, limits of connections, and RESP as a
 * {@link io.cachee.server.net.Protocol} on a {@link io.cachee.server.net.SocketConnection}.
 */
@NullMarked
package io.cachee.server.net;

import org.jspecify.annotations.NullMarked;
