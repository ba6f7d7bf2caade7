package io.cachee.server.net;

import io.cachee.server.config.StartOptions;
import io.cachee.server.engine.ListenFailure;
import io.cachee.server.engine.LoopFigures;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Listens for clients over TCP, TLS and a Unix socket. Each listener has a {@link Protocol}; all have RESP today. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
public final class SocketServer implements AutoCloseable {
    private static final int BACKLOG = 511;
    /** Where Linux lists the addresses of IPv6. */
    private static final Path IPV6 = Path.of("/proc/net/if_inet6");

    private final SharedState shared;
    private final ListenOptions options;
    private final NetworkLimits limits;
    private final Connections connections;
    private final EventLoops loops;
    private final Protocol.Factory resp;
    /** For TCP and TLS. */
    private final List<Channel> listeners = new ArrayList<>();

    private @Nullable Channel unixListener;
    /** Listeners that do not accept for a while, because they could not. */
    private final AtomicInteger restingListeners = new AtomicInteger();

    private final @Nullable Tls tls;
    private @Nullable SocketFile socketFile;

    /** Opens all listeners, or none. */
    public static SocketServer open(SharedState shared, ListenOptions options) throws IOException {
        return open(shared, options, NetworkLimits.DEFAULT, _ -> {});
    }

    /** The same, with limits other than the usual. */
    public static SocketServer open(SharedState shared, ListenOptions options, NetworkLimits limits)
            throws IOException {
        return open(shared, options, limits, _ -> {});
    }

    /**
     * Opens all listeners, or none.
     *
     * @param first is given an event loop that is always used, before the first listener opens
     */
    public static SocketServer open(
            SharedState shared, ListenOptions options, NetworkLimits limits, Consumer<EventLoop> first)
            throws IOException {
        TlsOptions wanted = options.tls();
        Tls tls = wanted == null ? null : new Tls(wanted, limits, shared);
        SocketServer server = new SocketServer(shared, options, limits, tls);
        try {
            first.accept(server.loops.first());
            server.listen();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private SocketServer(SharedState shared, ListenOptions options, NetworkLimits limits, @Nullable Tls tls) {
        this.shared = shared;
        this.options = options;
        this.limits = limits;
        this.tls = tls;
        this.connections = new Connections(shared, options.socket(), options.protectedMode(), limits);
        this.loops = new EventLoops(shared, options.loops());
        this.resp = new RespFactory(
                shared,
                options.loops().count(),
                PooledByteBufAllocator.DEFAULT,
                limits.memory().spareBytes());
        loops.first()
                .scheduleWithFixedDelay(this::tick, limits.tickMillis(), limits.tickMillis(), TimeUnit.MILLISECONDS);
        shared.reportClientMemory(connections.clientMemory());
        shared.reportLoops(new LoopFigures(polling().label(), loops::used, loops::busyPollNanos));
        loops.balance(connections.all());
    }

    private Polling polling() {
        return options.loops().polling();
    }

    /** No failure may escape: the ticks would end, and with them timeouts and the reloading of certificates. */
    private void tick() {
        try {
            connections.tick();
            shared.statistics.tick();
            if (tls != null) {
                tls.reloadIfChanged();
            }
        } catch (RuntimeException problem) {
            shared.events().tickFailed(problem);
        }
    }

    private void listen() throws IOException {
        TlsOptions tlsOptions = options.tls();
        for (String bind : options.bind()) {
            String address = bind.equals(StartOptions.ALL_ADDRESSES) ? allAddresses() : bind;
            if (options.port() >= 0) {
                listen(new InetSocketAddress(address, options.port()), Transport.TCP, resp);
            }
            if (tlsOptions != null) {
                listen(new InetSocketAddress(address, tlsOptions.port()), Transport.TLS, resp);
            }
        }
        if (!options.socket().isEmpty()) {
            listenAtSocket();
        }
    }

    private void listenAtSocket() throws IOException {
        SocketFile file = SocketFile.prepare(Path.of(options.socket()), options.socketPermissions());
        Channel listener = null;
        try {
            listener = bind(polling().unixAddress(file.bindPath()), Transport.UNIX, resp);
            file.publish();
        } catch (IOException | RuntimeException e) {
            if (listener != null) {
                listener.close().awaitUninterruptibly();
            }
            file.abandon();
            throw e;
        }
        if (unixListener != null) {
            unixListener.close().awaitUninterruptibly();
        }
        unixListener = listener;
        socketFile = file;
    }

    /**
     * Listens at the path of the Unix socket again if the socket is gone from there. Clients that are connected stay.
     * Call from the thread that opens and closes.
     *
     * @return why clients cannot connect to the socket; empty if they can
     */
    public String restoreSocket() {
        if (socketFile == null || socketFile.isInPlace()) {
            return "";
        }
        try {
            listenAtSocket();
            shared.info("the Unix socket " + options.socket() + " was gone and was made anew");
            return "";
        } catch (IOException | RuntimeException e) {
            return "the Unix socket is gone and cannot be made anew: " + e.getMessage();
        }
    }

    /** All addresses, also those of IPv6 where the machine has it. */
    private static String allAddresses() {
        return NetUtil.isIpV4StackPreferred() || !Files.exists(IPV6) ? "0.0.0.0" : "::";
    }

    private void listen(SocketAddress address, Transport transport, Protocol.Factory protocol) throws IOException {
        listeners.add(bind(address, transport, protocol));
    }

    private Channel bind(SocketAddress address, Transport transport, Protocol.Factory protocol) throws IOException {
        boolean isUnix = transport == Transport.UNIX;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(isUnix ? polling().unix() : polling().tcp())
                .handler(new AcceptGuard(shared, limits.acceptRestMillis(), restingListeners))
                .childHandler(initializer(transport, protocol))
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMarks())
                .option(ChannelOption.SO_BACKLOG, BACKLOG);
        if (!isUnix) {
            bootstrap
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true);
            polling().keepAlive(bootstrap);
        }
        int socketBuffer = limits.memory().socketBufferBytes();
        if (socketBuffer > 0) {
            bootstrap
                    .childOption(ChannelOption.SO_SNDBUF, socketBuffer)
                    .childOption(ChannelOption.SO_RCVBUF, socketBuffer);
        }
        polling().shareBuffers(bootstrap);
        if (!isUnix || polling().halfClosesUnixSockets()) {
            bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        try {
            return bootstrap.bind(address).syncUninterruptibly().channel();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            String flag = isUnix ? "--socket" : transport == Transport.TLS ? "--tls-port" : "--port";
            throw ListenFailure.of(flag, address, e);
        }
    }

    private WriteBufferWaterMark waterMarks() {
        return new WriteBufferWaterMark(
                limits.memory().lowWaterMark(), limits.memory().highWaterMark());
    }

    private ChannelHandler initializer(Transport transport, Protocol.Factory protocol) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                String refusal = connections.refusal(channel, transport);
                if (refusal != null) {
                    channel.writeAndFlush(protocol.refusal(refusal)).addListener(ChannelFutureListener.CLOSE);
                    return;
                }
                if (transport == Transport.TLS && tls != null) {
                    SslHandler handler = tls.handler(channel);
                    if (handler == null) {
                        return;
                    }
                    channel.pipeline().addLast(handler);
                    channel.pipeline().addLast(new HandshakeWatch(shared));
                }
                LoopContext loop = loops.contextOf(channel.eventLoop());
                channel.pipeline().addLast(new SocketConnection(connections, loop, transport, protocol));
            }
        };
    }

    /** The port for TCP, or -1. */
    public int port() {
        return portOf(false);
    }

    /** The port for TLS, or -1. */
    public int tlsPort() {
        return portOf(true);
    }

    private int portOf(boolean ofTls) {
        int perAddress = (options.port() >= 0 ? 1 : 0) + (tls != null ? 1 : 0);
        int at = ofTls ? perAddress - 1 : 0;
        boolean there = ofTls ? tls != null : options.port() >= 0;
        return there && listeners.get(at).localAddress() instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    /** Whether its event loops can poll handles of this type. */
    boolean polls(Class<? extends IoHandle> type) {
        return loops.group().isCompatible(type);
    }

    /** An event loop that is always used. */
    public EventLoop firstLoop() {
        return loops.first();
    }

    EventLoops loops() {
        return loops;
    }

    Connections connections() {
        return connections;
    }

    /** Whether connections are accepted. Not for a while after accepting failed, for example without descriptors. */
    public boolean isAccepting() {
        return restingListeners.get() == 0;
    }

    /** How many clients are connected. */
    public int clients() {
        return connections.count();
    }

    /** Stops listening, and lets clients finish what is under way. True when all have left in time. */
    public boolean drain(long graceMillis) {
        stopListening();
        connections.close();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        while (connections.count() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        return connections.count() == 0;
    }

    private void stopListening() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        if (unixListener != null) {
            unixListener.close().awaitUninterruptibly();
        }
        if (socketFile != null) {
            socketFile.remove();
        }
    }

    @Override
    public void close() {
        stopListening();
        connections.killAll();
        shared.routing().close();
        loops.close();
    }
}
