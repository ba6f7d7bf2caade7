package io.cachee.server.net;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Certificate, key and authorities for TLS 1.2 and 1.3. When the files change, new connections use what is in them now;
 * a file that cannot be used leaves the old in force.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Tls {
    private static final long HANDSHAKE_MILLIS = 5_000;
    private static final int MOST_HANDSHAKES = 256;

    private final Path certificate;
    private final Path key;
    private final @Nullable Path authorities;
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile SslContext context;
    private List<FileTime> seen;

    Tls(ListenOptions options) throws IOException {
        if (options.tlsCertificate() == null || options.tlsKey() == null) {
            throw new IOException("TLS needs a certificate and a key");
        }
        this.certificate = options.tlsCertificate();
        this.key = options.tlsKey();
        this.authorities = options.tlsAuthorities();
        this.seen = times();
        this.context = load();
    }

    private List<FileTime> times() throws IOException {
        List<FileTime> times = new ArrayList<>();
        times.add(Files.getLastModifiedTime(certificate));
        times.add(Files.getLastModifiedTime(key));
        if (authorities != null) {
            times.add(Files.getLastModifiedTime(authorities));
        }
        return times;
    }

    private SslContext load() throws IOException {
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (authorities != null) {
                builder.trustManager(authorities.toFile()).clientAuth(ClientAuth.REQUIRE);
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "TLS: certificate " + certificate + " and key " + key + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Looks at the files; true when new ones were loaded. */
    boolean reloadIfChanged() {
        try {
            List<FileTime> now = times();
            if (now.equals(seen)) {
                return false;
            }
            context = load();
            seen = now;
            return true;
        } catch (IOException e) {
            // Half written, perhaps: what was loaded stays in force, and the next tick looks again.
            return false;
        }
    }

    SslHandler handler(Channel channel) {
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        if (handshakes.incrementAndGet() > MOST_HANDSHAKES) {
            handshakes.decrementAndGet();
            channel.close();
            return handler;
        }
        handler.handshakeFuture().addListener(_ -> handshakes.decrementAndGet());
        return handler;
    }
}
