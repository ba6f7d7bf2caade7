package io.cachee.server.net;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where and how to listen.
 *
 * @param bind addresses for TCP and TLS
 * @param port for TCP; 0 for any that is free, -1 for none
 * @param socket the path of the Unix socket, or empty
 * @param socketPermissions its mode
 * @param protectedMode whether clients of other machines are refused while there is no password
 * @param loops how many event loops
 * @param adaptive whether only as many of them are used as the load makes worthwhile
 * @param busyPollMicros for how long a loop looks for work before it sleeps; 0 for not at all
 * @param polling what kind of event loops
 * @param tlsPort for TLS; 0 or less for none
 * @param tlsCertificate its certificate chain, PEM
 * @param tlsKey its private key, PEM
 * @param tlsAuthorities who signs the certificates of clients, PEM; with it, clients must have one
 */
public record ListenOptions(
        List<String> bind,
        int port,
        String socket,
        Set<PosixFilePermission> socketPermissions,
        boolean protectedMode,
        int loops,
        boolean adaptive,
        int busyPollMicros,
        Polling polling,
        int tlsPort,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        @Nullable Path tlsAuthorities) {}
