package io.cachee.server.net;

import io.cachee.server.engine.SharedState;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Certificate, key and authorities for TLS 1.2 and 1.3. When the files change, new connections use the new content. If
 * it cannot be used, the old content stays in force.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class Tls {
    static {
        // A client could renegotiate again and again, which costs the server much more than the client.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final NetworkLimits limits;
    private final SharedState shared;
    private final Path certificate;
    private final Path key;
    private final @Nullable Path authorities;
    private final AtomicInteger handshakes = new AtomicInteger();
    private volatile SslContext context;
    /** The times of the files at the last check, whether they could be used or not. Empty if one was missing. */
    private List<FileTime> seen;

    Tls(TlsOptions options, NetworkLimits limits, SharedState shared) throws IOException {
        this.limits = limits;
        this.shared = shared;
        this.certificate = options.certificate();
        this.key = options.key();
        this.authorities = options.authorities();
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
        PemKey pem = PemKey.read(certificate, key);
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(pem.key(), pem.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (authorities != null) {
                List<X509Certificate> trusted = PemKey.certificates(authorities);
                builder.trustManager(trusted).clientAuth(ClientAuth.REQUIRE);
            }
            return builder.build();
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IOException("TLS: the files cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Loads the files if they have changed. Files that cannot be used, perhaps because they are half written, are
     * reported, and tried again after the next change.
     */
    void reloadIfChanged() {
        try {
            List<FileTime> now = times();
            if (!now.equals(seen)) {
                seen = now;
                context = load();
                shared.events().certificateReloaded();
            }
        } catch (IOException unusable) {
            // A missing file has no time. It is reported once: afterwards the list of times is empty.
            if (!seen.isEmpty()) {
                shared.events().certificateUnusable(String.valueOf(unusable.getMessage()));
            }
            seen = unusable instanceof NoSuchFileException ? List.of() : seen;
        }
    }

    /** The handler of a new connection; null, and the connection closed, if too many handshakes are under way. */
    @Nullable
    SslHandler handler(Channel channel) {
        if (handshakes.incrementAndGet() > limits.mostHandshakes()) {
            handshakes.decrementAndGet();
            shared.events()
                    .handshakeFailed(String.valueOf(channel.remoteAddress()), "too many handshakes are under way");
            channel.close();
            return null;
        }
        SslHandler handler = context.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(limits.handshakeMillis());
        handler.handshakeFuture().addListener(_ -> handshakes.decrementAndGet());
        return handler;
    }
}
