package io.cachee.server.net;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** The same choice of transport for those who connect. */
public final class ClientTransport {
    private static final Polling POLLING = Polling.best();

    private ClientTransport() {}

    /** Event loops for clients. */
    public static MultiThreadIoEventLoopGroup loops(int count) {
        return POLLING.loops(
                count, Thread.ofPlatform().daemon().name("cachee-load-", 0).factory());
    }

    /** The kind of channel that connects over TCP, or to a Unix socket. */
    public static Class<? extends Channel> channel(boolean unix) {
        if (POLLING == Polling.EPOLL) {
            return unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class;
        }
        return unix ? NioDomainSocketChannel.class : NioSocketChannel.class;
    }

    /** An address as that channel wants it. */
    public static SocketAddress address(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress unix ? POLLING.unixAddress(unix.getPath()) : address;
    }
}
