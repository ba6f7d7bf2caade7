package io.cachee.server.net;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A TLS listener. All files are PEM.
 *
 * @param port the port to listen at
 * @param certificate the certificate chain
 * @param key the private key that belongs to it
 * @param authorities who signs the certificates of clients; if given, clients must have one
 */
public record TlsOptions(
        int port, Path certificate, Path key, @Nullable Path authorities) {}
