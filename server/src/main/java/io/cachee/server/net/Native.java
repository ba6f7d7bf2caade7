package io.cachee.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;

/** Netty's native epoll where there is one, the JDK's selectors elsewhere. */
final class Native {
    private static final boolean EPOLL = Epoll.isAvailable();

    private static final int KEEPALIVE_SECONDS = 300;

    private Native() {}

    static String name() {
        return EPOLL ? "epoll" : "nio";
    }

    static boolean isEpoll() {
        return EPOLL;
    }

    static MultiThreadIoEventLoopGroup loops(int count, ThreadFactory threads) {
        IoHandlerFactory handler = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(count, threads, handler);
    }

    /** Event loops that wait for work, and get it, in one's own way; to wait so, native ones only. */
    static MultiThreadIoEventLoopGroup loops(
            int count, EventExecutorChooserFactory chooser, SelectStrategyFactory waiting) {
        IoHandlerFactory handler = EPOLL ? EpollIoHandler.newFactory(0, waiting) : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(
                count, new ThreadPerTaskExecutor(new DefaultThreadFactory("cachee-io")), chooser, handler);
    }

    static Class<? extends ServerChannel> tcp() {
        return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    static Class<? extends ServerChannel> unix() {
        return EPOLL ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    }

    /** Notices clients that are gone without a word in minutes, not in hours. */
    static void keepAlive(ServerBootstrap bootstrap) {
        if (EPOLL) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS / 3)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, 3);
        }
    }

    static SocketAddress unixAddress(Path path) {
        return EPOLL ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
    }
}
