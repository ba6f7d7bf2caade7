package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cachee.testkit.Await;
import io.cachee.testkit.LeakWatch;
import io.cachee.testkit.RespClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A link, its event loop, and all that it reports, in one list in which replies stand as well. */
final class LinkUnderTest implements Feed, AutoCloseable {
    private final MultiThreadIoEventLoopGroup loops;
    private final EventLoop loop;
    private final List<String> events = new CopyOnWriteArrayList<>();
    final L2 l2;

    LinkUnderTest(L2Options options) {
        this(options, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    LinkUnderTest(L2Options options, IoHandlerFactory io) {
        loops = new MultiThreadIoEventLoopGroup(1, io);
        loop = loops.next();
        l2 = L2.open(options, loop, this);
    }

    static LinkUnderTest to(int port) {
        return new LinkUnderTest(L2Options.of("redis://127.0.0.1:" + port));
    }

    /** The same as the usual ones, but with so much patience. */
    static L2Options impatient(String uri, int deadlineMillis, int breakerFailures) {
        return L2Options.builder(uri)
                .connectMillis(300)
                .deadlineMillis(deadlineMillis)
                .heartbeatMillis(100)
                .silenceMillis(200)
                .mostRequests(1_000)
                .mostBytes(1 << 20)
                .retryMillis(10, 50)
                .breakerFailures(breakerFailures)
                .build();
    }

    EventLoop loop() {
        return loop;
    }

    List<String> events() {
        return events;
    }

    void awaitCoherent() throws Exception {
        try {
            Await.until("the link is coherent", () -> l2.status().isCoherent());
        } catch (AssertionError inVain) {
            throw new AssertionError(inVain.getMessage() + ": " + l2.status(), inVain);
        }
    }

    void awaitEvent(String event) throws Exception {
        Await.until("there is " + event + " in " + events, () -> events.contains(event));
    }

    static ByteBuf request(Object... words) {
        return PooledByteBufAllocator.DEFAULT.buffer().writeBytes(RespClient.encode(words));
    }

    /** The reply as it came, or the kind of failure. */
    private final class Waiter implements ReplyHandler {
        private final CompletableFuture<String> said = new CompletableFuture<>();
        private final @Nullable String name;

        Waiter(@Nullable String name) {
            this.name = name;
        }

        @Override
        public void reply(ByteBuf frame) {
            tell(frame.toString(ISO_8859_1));
        }

        @Override
        public void failed(L2Failure why) {
            tell(why.kind().toString());
        }

        private void tell(String text) {
            if (name != null) {
                events.add(name + " " + text.strip());
            }
            if (!said.complete(text)) {
                events.add("told twice: " + text);
            }
        }
    }

    CompletableFuture<String> tracked(@Nullable String name, String key, Object... words) {
        Waiter waiter = new Waiter(name);
        onLoop(() -> l2.sendTracked(request(words), slot(key), waiter));
        return waiter.said;
    }

    CompletableFuture<String> plain(RespVersion protocol, int database, String key, Object... words) {
        Waiter waiter = new Waiter(null);
        onLoop(() -> l2.send(request(words), slot(key), protocol, database, waiter));
        return waiter.said;
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    int slot(String key) {
        return key.isEmpty() ? -1 : l2.slotOf(key.getBytes(ISO_8859_1), 0, key.length());
    }

    String get(String key) throws Exception {
        return tracked(null, key, "GET", key).get(20, TimeUnit.SECONDS);
    }

    String set(String key, String value) throws Exception {
        return call(key, "SET", key, value);
    }

    /** Over a shared connection that is not tracked. */
    String call(String key, Object... words) throws Exception {
        return plain(RespVersion.RESP3, -1, key, words).get(20, TimeUnit.SECONDS);
    }

    /** Runs on the event loop. */
    void run(Runnable task) throws Exception {
        loop.submit(task).get(20, TimeUnit.SECONDS);
    }

    @Override
    public void invalidated(byte[] key) {
        events.add("invalidated " + new String(key, ISO_8859_1));
    }

    @Override
    public void invalidatedAll() {
        events.add("invalidated all");
    }

    @Override
    public void began(String node, int generation) {
        events.add("began " + generation);
    }

    @Override
    public void ended(String node, String why) {
        events.add("ended");
    }

    @Override
    public void noticed(String problem) {
        events.add("noticed " + problem);
    }

    @Override
    public void close() {
        l2.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        LeakWatch.check();
    }
}
