package io.cachee.server.net;

import io.cachee.server.engine.LoopFigures;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Listens for clients: over TCP, TLS and a Unix socket, with as many event loops as it is told. */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
public final class RespServer implements AutoCloseable {
    private static final int BACKLOG = 511;
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(64 << 10, 256 << 10);

    private final SharedState shared;
    private final ListenOptions options;
    private final NetworkLimits limits;
    private final Doorkeeper doorkeeper;
    /** Doors at which nobody can be let in for now. */
    private final AtomicInteger restingDoors = new AtomicInteger();

    private final EventLoops loops;
    private final List<Channel> doors = new ArrayList<>();
    private final @Nullable Tls tls;
    private @Nullable SocketFile socketFile;

    /** Opens all doors, or none. */
    public static RespServer open(SharedState shared, ListenOptions options) throws IOException {
        return open(shared, options, NetworkLimits.DEFAULT, _ -> {});
    }

    /** Opens all doors, or none, with limits of one's own. */
    public static RespServer open(SharedState shared, ListenOptions options, NetworkLimits limits) throws IOException {
        return open(shared, options, limits, _ -> {});
    }

    /** The same, with what is to be done on an event loop that is always used, before any door is opened. */
    public static RespServer open(
            SharedState shared, ListenOptions options, NetworkLimits limits, Consumer<EventLoop> first)
            throws IOException {
        Tls tls = options.tlsPort() > 0 ? new Tls(options, limits, shared) : null;
        RespServer server = new RespServer(shared, options, limits, tls);
        try {
            first.accept(server.loops.first());
            server.listen();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private RespServer(SharedState shared, ListenOptions options, NetworkLimits limits, @Nullable Tls tls) {
        this.shared = shared;
        this.options = options;
        this.limits = limits;
        this.tls = tls;
        this.doorkeeper = new Doorkeeper(shared, options.socket(), options.protectedMode(), limits);
        this.loops = new EventLoops(
                shared,
                options.polling(),
                options.loops(),
                options.adaptive(),
                TimeUnit.MICROSECONDS.toNanos(options.busyPollMicros()),
                PooledByteBufAllocator.DEFAULT);
        loops.first()
                .scheduleWithFixedDelay(this::tick, limits.tickMillis(), limits.tickMillis(), TimeUnit.MILLISECONDS);
        shared.reportLoops(new LoopFigures(options.polling().label(), loops::used, loops::busyPollNanos));
        loops.balance(doorkeeper.connections());
    }

    /** A failure must not escape: it would be the last time that anybody is disconnected or a certificate reloaded. */
    private void tick() {
        try {
            doorkeeper.tick();
            shared.statistics.tick();
            if (tls != null) {
                tls.reloadIfChanged();
            }
        } catch (RuntimeException problem) {
            shared.events().tickFailed(problem);
        }
    }

    private void listen() throws IOException {
        for (String address : options.bind()) {
            if (options.port() >= 0) {
                doors.add(bind(options.polling().tcp(), new InetSocketAddress(address, options.port()), Transport.TCP));
            }
            if (tls != null) {
                doors.add(bind(
                        options.polling().tcp(), new InetSocketAddress(address, options.tlsPort()), Transport.TLS));
            }
        }
        if (!options.socket().isEmpty()) {
            Polling polling = options.polling();
            SocketFile file = SocketFile.prepare(java.nio.file.Path.of(options.socket()), options.socketPermissions());
            try {
                doors.add(bind(polling.unix(), polling.unixAddress(file.bindPath()), Transport.UNIX));
                file.publish();
            } catch (IOException | RuntimeException e) {
                file.abandon();
                throw e;
            }
            socketFile = file;
        }
    }

    private Channel bind(Class<? extends ServerChannel> type, SocketAddress address, Transport transport)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(type)
                .handler(new AcceptGuard(shared, limits.acceptRestMillis(), restingDoors))
                .childHandler(entrance(transport))
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
                .option(ChannelOption.SO_BACKLOG, BACKLOG);
        if (transport != Transport.UNIX) {
            bootstrap
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true);
            options.polling().keepAlive(bootstrap);
        }
        options.polling().shareBuffers(bootstrap);
        if (transport != Transport.UNIX || options.polling().halfClosesUnixSockets()) {
            bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        try {
            return bootstrap.bind(address).syncUninterruptibly().channel();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
        }
    }

    private ChannelHandler entrance(Transport transport) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                String refusal = doorkeeper.refusal(channel, transport);
                if (refusal != null) {
                    Doorkeeper.refuse(channel, refusal);
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
                channel.pipeline().addLast(new Connection(doorkeeper, loops.contextOf(channel.eventLoop()), transport));
            }
        };
    }

    /** The port that is listened at over TCP, or -1. */
    public int port() {
        return portOf(false);
    }

    /** The port that is listened at over TLS, or -1. */
    public int tlsPort() {
        return portOf(true);
    }

    private int portOf(boolean ofTls) {
        int perAddress = (options.port() >= 0 ? 1 : 0) + (tls != null ? 1 : 0);
        int at = ofTls ? perAddress - 1 : 0;
        boolean there = ofTls ? tls != null : options.port() >= 0;
        return there && doors.get(at).localAddress() instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    /** Whether its event loops poll what is of this type. */
    boolean polls(Class<? extends IoHandle> what) {
        return loops.group().isCompatible(what);
    }

    /** An event loop that is always used. */
    public EventLoop firstLoop() {
        return loops.first();
    }

    EventLoops loops() {
        return loops;
    }

    Doorkeeper doorkeeper() {
        return doorkeeper;
    }

    /** Whether connections are accepted; not for a while after one could not be, for want of file descriptors, say. */
    public boolean isAccepting() {
        return restingDoors.get() == 0;
    }

    /** How many clients are connected. */
    public int clients() {
        return doorkeeper.count();
    }

    /** Listens no more; those connected finish what is under way. True when all had left in time. */
    public boolean drain(long graceMillis) {
        doors.forEach(door -> door.close().awaitUninterruptibly());
        if (socketFile != null) {
            socketFile.remove();
        }
        doorkeeper.close();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        while (doorkeeper.count() > 0 && System.nanoTime() - deadline < 0) {
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        return doorkeeper.count() == 0;
    }

    @Override
    public void close() {
        doors.forEach(door -> door.close().awaitUninterruptibly());
        if (socketFile != null) {
            socketFile.remove();
        }
        doorkeeper.killAll();
        shared.routing().close();
        loops.close();
    }
}
