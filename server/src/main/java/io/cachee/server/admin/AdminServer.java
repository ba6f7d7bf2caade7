package io.cachee.server.admin;

import io.cachee.server.engine.ListenFailure;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A small HTTP server that answers GETs of a few paths. Probes are answered on a thread of their own, which does
 * nothing that may take long: it reads and writes a bounded part of each connection in turn. All other pages are
 * rendered on the thread of the {@link PageRenderer}.
 *
 * <p>The number of connections ({@link Guests}), the size of a request and its duration are limited. A connection has
 * one request under way, and {@link PageHandler} sets the pace of the next.
 */
public final class AdminServer implements AutoCloseable {
    static final int MOST_CONNECTIONS = 64;
    static final String PROBES_THREAD = "cachee-probes";
    private static final int MOST_LINE_BYTES = 4 << 10;
    private static final int MOST_HEADER_BYTES = 8 << 10;
    private static final int MOST_BODY_BYTES = 1024;
    /** What is read of a connection in one turn. Requests that it holds are decoded together. */
    private static final int READ_BYTES = 2 << 10;

    private static final long REQUEST_MILLIS = 15_000;

    /** Makes the reply of a path. */
    @FunctionalInterface
    public interface Page {
        /**
         * The reply.
         *
         * @param openMetrics whether the client asks for OpenMetrics
         */
        HttpReply render(boolean openMetrics);
    }

    /**
     * The pages at one port, by path.
     *
     * @param probes those that are made at once, on the thread of the probes
     * @param others those that may take a while
     */
    public record Pages(Map<String, Page> probes, Map<String, Page> others) {
        String paths() {
            TreeSet<String> all = new TreeSet<>(probes.keySet());
            all.addAll(others.keySet());
            return String.join(", ", all);
        }
    }

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name(PROBES_THREAD).factory(), NioIoHandler.newFactory());
    private final PageRenderer renderer = new PageRenderer();
    private final List<Channel> doors = new ArrayList<>();
    private final ChannelGroup connections = new DefaultChannelGroup(loop.next());
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

    /**
     * Serves these pages at an address, and returns the port.
     *
     * @param flag the flag that names the port
     */
    public int listen(String flag, String address, int port, Pages pages) throws IOException {
        Guests guests = new Guests(MOST_CONNECTIONS);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        enter(channel, pages, guests);
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
            throw ListenFailure.of(flag, address + ":" + port, e);
        }
    }

    private void enter(Channel channel, Pages pages, Guests guests) {
        guests.enter(channel);
        connections.add(channel);
        channel.pipeline()
                .addLast(new HttpServerCodec(MOST_LINE_BYTES, MOST_HEADER_BYTES, MOST_BODY_BYTES))
                .addLast(new HttpObjectAggregator(MOST_BODY_BYTES, true))
                .addLast(new RequestDeadline(requestMillis, () -> guests.completed(channel)))
                .addLast(new PageHandler(pages, renderer));
    }

    @Override
    public void close() {
        doors.forEach(door -> door.close().awaitUninterruptibly());
        renderer.close();
        connections.close().awaitUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
