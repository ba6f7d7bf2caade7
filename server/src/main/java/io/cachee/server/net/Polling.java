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
import java.util.Locale;
import java.util.concurrent.ThreadFactory;

/** How event loops learn what their sockets have: by Netty's native epoll, or by the JDK's selectors. */
public enum Polling {
    EPOLL,
    NIO;

    private static final int KEEPALIVE_SECONDS = 300;

    /** Epoll where there is one. */
    public static Polling best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** What {@code auto}, {@code epoll} or {@code nio} means on this machine. */
    public static Polling named(String name) {
        return switch (name) {
            case "auto" -> best();
            case "nio" -> NIO;
            case "epoll" -> {
                if (!Epoll.isAvailable()) {
                    throw new IllegalArgumentException(
                            "there is no epoll on this machine: " + Epoll.unavailabilityCause());
                }
                yield EPOLL;
            }
            default -> throw new IllegalArgumentException("'" + name + "' is neither auto, epoll nor nio");
        };
    }

    /** Whether this is a Linux whose epoll cannot be used. */
    public static boolean isEpollMissed() {
        return !Epoll.isAvailable()
                && System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** As it is logged. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    MultiThreadIoEventLoopGroup loops(int count, ThreadFactory threads) {
        IoHandlerFactory handler = this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(count, threads, handler);
    }

    /** Event loops that wait for work, and get it, in one's own way; to wait so, with epoll only. */
    MultiThreadIoEventLoopGroup loops(int count, EventExecutorChooserFactory chooser, SelectStrategyFactory waiting) {
        IoHandlerFactory handler = this == EPOLL ? EpollIoHandler.newFactory(0, waiting) : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(
                count, new ThreadPerTaskExecutor(new DefaultThreadFactory("cachee-io")), chooser, handler);
    }

    Class<? extends ServerChannel> tcp() {
        return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends ServerChannel> unix() {
        return this == EPOLL ? EpollServerDomainSocketChannel.class : NioServerDomainSocketChannel.class;
    }

    /** Notices clients that are gone without a word in minutes, not in hours. */
    void keepAlive(ServerBootstrap bootstrap) {
        if (this == EPOLL) {
            bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS / 3)
                    .childOption(EpollChannelOption.TCP_KEEPCNT, 3);
        }
    }

    SocketAddress unixAddress(Path path) {
        return this == EPOLL ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
    }
}
