package io.cachee.server.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A small HTTP server that answers GETs of a few paths. It has its own thread, so that it answers even if the event
 * loops are busy. The number of connections, the size of a request and its duration are limited. When there are too
 * many connections, the one that has been idle for longest is closed, so that probes always get through.
 */
public final class AdminServer implements AutoCloseable {
    static final int MOST_CONNECTIONS = 64;
    private static final int MOST_BODY_BYTES = 1024;
    private static final long REQUEST_MILLIS = 15_000;

    /** The reply of a path, given the value of the request's Accept header. */
    public interface Page extends Function<String, HttpReply> {}

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("cachee-admin").factory(), NioIoHandler.newFactory());
    /** The open connections; the first has completed no request for longest. Only the loop's thread uses it. */
    private final LinkedHashSet<Channel> guests = new LinkedHashSet<>();

    private final List<Channel> doors = new ArrayList<>();
    private final long requestMillis;

    public AdminServer() {
        this(REQUEST_MILLIS);
    }

    /**
     * A server with another time limit.
     *
     * @param requestMillis how long a connection may go without completing a request
     */
    AdminServer(long requestMillis) {
        this.requestMillis = requestMillis;
    }

    /** Serves these pages at an address, and returns the port. */
    public int listen(String address, int port, Map<String, Page> pages) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        enter(channel, pages);
                    }
                });
        try {
            Channel door = bootstrap
                    .bind(new InetSocketAddress(address, port))
                    .syncUninterruptibly()
                    .channel();
            doors.add(door);
            return ((InetSocketAddress) door.localAddress()).getPort();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot listen at " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void enter(Channel channel, Map<String, Page> pages) {
        guests.add(channel);
        if (guests.size() > MOST_CONNECTIONS) {
            guests.getFirst().close();
        }
        channel.closeFuture().addListener(_ -> guests.remove(channel));
        channel.pipeline()
                .addLast(new HttpServerCodec())
                .addLast(new HttpObjectAggregator(MOST_BODY_BYTES, true))
                .addLast(new RequestDeadline(requestMillis, () -> guests.addLast(channel)))
                .addLast(new PageHandler(pages));
    }

    @Override
    public void close() {
        doors.forEach(door -> door.close().awaitUninterruptibly());
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
