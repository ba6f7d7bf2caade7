package io.cachee.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * A network of a given length before a server of this machine: all that is sent arrives later by the same time, however
 * much of it there is, both ways. Unlike the testkit's proxy, whose delay holds up what comes behind a piece as well,
 * it does not make the network narrower. One event loop carries everything; how busy it is and how late it was can be
 * asked.
 *
 * <p>Arguments of the program: the port to listen to, the port of the server, and the microseconds each way.
 */
final class DelayProxy implements AutoCloseable {
    private static final int BACKLOG = 1_024;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, polling());
    private final DelayFigures figures = new DelayFigures();
    private final int upstreamPort;
    private final long delayNanos;
    private final Channel door;

    /** At a port of its own choice where that is 0. */
    DelayProxy(int port, int upstreamPort, long delayMicros) throws IOException {
        this.upstreamPort = upstreamPort;
        this.delayNanos = TimeUnit.MICROSECONDS.toNanos(delayMicros);
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        connect(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException("cannot listen at " + port, bound.cause());
        }
        this.door = bound.channel();
    }

    private static IoHandlerFactory polling() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    public static void main(String[] args) throws Exception {
        try (DelayProxy proxy =
                new DelayProxy(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2]))) {
            proxy.door.closeFuture().sync();
        }
    }

    private void connect(Channel client) {
        ChannelFuture connected = new Bootstrap()
                .group(client.eventLoop())
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel server) {
                        server.pipeline().addLast(new DelayedPipe(client, delayNanos, figures));
                        client.pipeline().addLast(new DelayedPipe(server, delayNanos, figures));
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), upstreamPort);
        connected.addListener(_ -> {
            if (connected.isSuccess()) {
                client.config().setAutoRead(true);
                connected.channel().config().setAutoRead(true);
            } else {
                var _ = client.close();
            }
        });
    }

    int port() {
        return ((java.net.InetSocketAddress) door.localAddress()).getPort();
    }

    DelayFigures figures() {
        return figures;
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
