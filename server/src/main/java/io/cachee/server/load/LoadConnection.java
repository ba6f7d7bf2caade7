package io.cachee.server.load;

import io.cachee.resp.ReplyCounter;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One client. In a closed loop, it sends the next batch when the last is answered. In an open loop, it sends at the
 * times that the rate prescribes, and measures latency from those times. So a server that falls behind gets as many
 * requests as before, and its delays are counted.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class LoadConnection extends ChannelInboundHandlerAdapter {
    private static final int KEY_DIGITS = 12;
    /** All keys are this one with other digits. */
    private static final String FIRST_KEY = "key:" + "0".repeat(KEY_DIGITS);

    /** The batches under way in an open loop; later ones wait, and their waiting time counts. */
    private static final int MOST_BATCHES = 512;

    private final LoadPlan plan;
    private final KeyDraws draws;
    private final byte[] get;
    private final byte[] set;
    /** The position of the key's digits in both requests. */
    private final int digitsAt;
    /** The digits before this one are zero in every key. */
    private final int firstDigit;

    private final ReplyCounter counter = new ReplyCounter();
    private final Deque<Long> sent = new ArrayDeque<>();
    private final Histogram histogram = new Histogram(60_000_000_000L, 3);
    private @Nullable ChannelHandlerContext context;
    private int draw;
    private int answered;
    private int greetings;
    private long due;
    private long done;
    private boolean measuring;
    private boolean stopped;

    LoadConnection(LoadPlan plan, KeyDraws draws, int number) {
        this.plan = plan;
        this.draws = draws;
        this.draw = number * 7919;
        this.firstDigit = KEY_DIGITS - String.valueOf(plan.keys()).length();
        this.get = RequestEncoder.bytes("GET", FIRST_KEY);
        this.set = RequestEncoder.bytes("SET", FIRST_KEY, "x".repeat(plan.valueBytes()));
        // The key ends the GET, before its line break; in the SET it begins at the same position.
        this.digitsAt = get.length - 2 - KEY_DIGITS;
    }

    /** Called before the connection is made, so that the context is set once it is. */
    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Call this when a request was sent that is not part of the load: its reply comes first. */
    void expectGreeting() {
        greetings = 1;
    }

    /** Runs a task on the event loop and waits until it has run. */
    void onLoop(Runnable task) {
        EventExecutor loop = loop();
        if (loop != null) {
            loop.submit(task).awaitUninterruptibly();
        }
    }

    /** Null before it is connected. */
    @Nullable
    EventExecutor loop() {
        ChannelHandlerContext ctx = context;
        return ctx == null ? null : ctx.executor();
    }

    /** Sends the first batch or, in an open loop, chooses the time of the first. Call this on the event loop. */
    void start() {
        if (plan.ratePerSecond() == 0) {
            send(System.nanoTime());
        } else {
            due = System.nanoTime() + (long) (ThreadLocalRandom.current().nextDouble() * interval());
        }
    }

    private long interval() {
        return (long) (1e9 * plan.clients() * plan.pipeline() / plan.ratePerSecond());
    }

    /** Sends the batches that are due in an open loop. Call this on the event loop. */
    void sendDue(long now) {
        while (!stopped && due - now <= 0 && sent.size() < MOST_BATCHES) {
            send(due);
            due += interval();
        }
    }

    void measure() {
        histogram.reset();
        done = 0;
        measuring = true;
    }

    void stop() {
        stopped = true;
    }

    /** Closes the connection; not every transport does so when its event loop ends. */
    void close() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.channel().close().awaitUninterruptibly();
        }
    }

    private void send(long time) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || stopped) {
            return;
        }
        ByteBuf out = ctx.alloc().directBuffer(plan.pipeline() * set.length);
        for (int i = 0; i < plan.pipeline(); i++) {
            int number = draws.at(draw);
            boolean read = Math.floorMod(draw * 31, 100) < plan.readPercent();
            draw++;
            writeRequest(out, read ? get : set, number);
        }
        sent.addLast(time);
        ctx.writeAndFlush(out, ctx.voidPromise());
    }

    private void writeRequest(ByteBuf out, byte[] template, int number) {
        int rest = number;
        for (int i = KEY_DIGITS - 1; i >= firstDigit; i--) {
            template[digitsAt + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        out.writeBytes(template);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        answered += counter.count(in);
        if (greetings > 0 && answered > 0) {
            answered -= greetings;
            greetings = 0;
        }
        in.release();
        long now = System.nanoTime();
        while (answered >= plan.pipeline() && !sent.isEmpty()) {
            answered -= plan.pipeline();
            long time = sent.removeFirst();
            if (measuring && !stopped) {
                histogram.recordValueWithCount(
                        Math.clamp(now - time, 0L, histogram.getHighestTrackableValue()), plan.pipeline());
                done += plan.pipeline();
            }
            if (plan.ratePerSecond() == 0) {
                send(now);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    boolean isOpen() {
        ChannelHandlerContext ctx = context;
        return ctx != null && ctx.channel().isActive();
    }

    long done() {
        return done;
    }

    long errors() {
        return counter.errors();
    }

    Histogram histogram() {
        return histogram;
    }
}
