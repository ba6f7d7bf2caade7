package io.cachee.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** The transport of load generators: the fastest there is, so that the generator does not limit what it measures. */
public final class ClientTransport {
    private static final Polling POLLING = Polling.quickest();

    private ClientTransport() {}

    /** Event loops for clients. */
    public static MultiThreadIoEventLoopGroup loops(int count) {
        return POLLING.loops(
                count, Thread.ofPlatform().daemon().name("cachee-load-", 0).factory());
    }

    /** The kind of channel that connects over TCP, or to a Unix socket. */
    public static Class<? extends Channel> channel(boolean unix) {
        return switch (POLLING) {
            case IO_URING -> unix ? IoUringDomainSocketChannel.class : IoUringSocketChannel.class;
            case EPOLL -> unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class;
            case NIO -> unix ? NioDomainSocketChannel.class : NioSocketChannel.class;
        };
    }

    /** Makes channels read into buffers that their event loop shares, where the transport has such. */
    public static void shareBuffers(Bootstrap bootstrap) {
        if (POLLING == Polling.IO_URING) {
            bootstrap.option(IoUringRings.sharedBuffers(), IoUringRings.bufferGroup());
        }
    }

    /** The address in the form that {@link #channel} takes. */
    public static SocketAddress address(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? POLLING.unixAddress(unix.getPath()) : address;
    }
}
