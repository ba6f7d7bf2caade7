package io.cachee.l2;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens channels on the link's event loop, with TLS where the URI asks for it. */
final class Connector {
    private final EventLoop loop;
    private final Class<? extends SocketChannel> type;
    private final int connectMillis;
    private final @Nullable SslContext tls;

    Connector(L2Options options, ServerUri server, EventLoop loop) {
        this.loop = loop;
        this.type = type(loop);
        this.connectMillis = options.connectMillis();
        this.tls = server.tls() ? tls(options, server) : null;
    }

    private static Class<? extends SocketChannel> type(EventLoop loop) {
        if (loop instanceof IoEventLoop io && io.isCompatible(IoUringIoHandle.class)) {
            return IoUringSocketChannel.class;
        }
        if (loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class)) {
            return EpollSocketChannel.class;
        }
        if (loop instanceof IoEventLoop io && io.isCompatible(NioIoHandle.class)) {
            return NioSocketChannel.class;
        }
        throw new IllegalArgumentException("an event loop that is neither io_uring, epoll nor NIO: " + loop.getClass());
    }

    private static SslContext tls(L2Options options, ServerUri server) {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .endpointIdentificationAlgorithm(server.verifiesHost() ? "HTTPS" : "");
            Path authorities = options.authorities();
            if (!server.verifiesPeer()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (authorities != null) {
                builder.trustManager(authorities.toFile());
            }
            Path certificate = options.certificate();
            Path key = options.key();
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "authorities " + options.authorities() + ", certificate " + options.certificate() + " or key "
                            + options.key() + " cannot be read as PEM; keys are in PKCS#8",
                    e);
        }
    }

    boolean isTls() {
        return tls != null;
    }

    /** Connects to a resolved address. The handler becomes the last of the pipeline. */
    ChannelFuture connect(InetAddress address, HostPort named, ChannelInboundHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(type)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            SslHandler ssl = tls.newHandler(channel.alloc(), named.host(), named.port());
                            ssl.setHandshakeTimeoutMillis(connectMillis);
                            channel.pipeline().addLast(ssl);
                        }
                        channel.pipeline().addLast(handler);
                    }
                })
                .connect(new InetSocketAddress(address, named.port()));
    }
}
