package io.cachee.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
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
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

/** How event loops learn what their sockets have: by Linux's io_uring or epoll, or by the JDK's selectors. */
public enum Polling {
    IO_URING,
    EPOLL,
    NIO;

    private static final int KEEPALIVE_SECONDS = 300;

    /** Epoll where it is available. io_uring has to be chosen. */
    public static Polling best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** The one with the least overhead. */
    static Polling quickest() {
        return IoUringRings.areAvailable() ? IO_URING : best();
    }

    /** What {@code auto}, {@code io_uring}, {@code epoll} or {@code nio} means on this machine. */
    public static Polling named(String name) {
        return switch (name) {
            case "auto" -> best();
            case "nio" -> NIO;
            case "io_uring" -> {
                if (!IoUringRings.areAvailable()) {
                    throw new IllegalArgumentException("there is no io_uring here: " + IoUringRings.problem());
                }
                yield IO_URING;
            }
            case "epoll" -> {
                if (!Epoll.isAvailable()) {
                    throw new IllegalArgumentException(
                            "there is no epoll on this machine: " + Epoll.unavailabilityCause());
                }
                yield EPOLL;
            }
            default -> throw new IllegalArgumentException("'" + name + "' is neither auto, io_uring, epoll nor nio");
        };
    }

    /** Whether this is a Linux whose epoll cannot be used. */
    public static boolean isEpollMissed() {
        return !Epoll.isAvailable()
                && System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** The name in the log. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    private IoHandlerFactory handlers() {
        return switch (this) {
            case IO_URING -> IoUringRings.handlers();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    MultiThreadIoEventLoopGroup loops(int count, ThreadFactory threads) {
        return new MultiThreadIoEventLoopGroup(count, threads, handlers());
    }

    /** Event loops that wait for work, and get it, in one's own way. */
    MultiThreadIoEventLoopGroup loops(
            int count, EventExecutorChooserFactory chooser, UnaryOperator<IoHandler> waiting) {
        IoHandlerFactory handlers = handlers();
        return new MultiThreadIoEventLoopGroup(
                count,
                new ThreadPerTaskExecutor(new DefaultThreadFactory("cachee-io")),
                chooser,
                executor -> waiting.apply(handlers.newHandler(executor)));
    }

    /** Whether one side alone may close a Unix socket; the JDK's knows nothing of it, and Netty would say so. */
    boolean halfClosesUnixSockets() {
        return this != NIO;
    }

    Class<? extends ServerChannel> tcp() {
        return switch (this) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
        };
    }

    Class<? extends ServerChannel> unix() {
        return switch (this) {
            case IO_URING -> IoUringServerDomainSocketChannel.class;
            case EPOLL -> EpollServerDomainSocketChannel.class;
            case NIO -> NioServerDomainSocketChannel.class;
        };
    }

    void shareBuffers(ServerBootstrap bootstrap) {
        if (this == IO_URING) {
            bootstrap.childOption(IoUringRings.sharedBuffers(), IoUringRings.bufferGroup());
        }
    }

    /** Notices within minutes, not hours, that a client has vanished without closing. */
    void keepAlive(ServerBootstrap bootstrap) {
        switch (this) {
            case IO_URING ->
                bootstrap
                        .childOption(IoUringChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
                        .childOption(IoUringChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS / 3)
                        .childOption(IoUringChannelOption.TCP_KEEPCNT, 3);
            case EPOLL ->
                bootstrap
                        .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
                        .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_SECONDS / 3)
                        .childOption(EpollChannelOption.TCP_KEEPCNT, 3);
            case NIO -> {}
        }
    }

    SocketAddress unixAddress(Path path) {
        return this == NIO ? UnixDomainSocketAddress.of(path) : new DomainSocketAddress(path.toFile());
    }
}
