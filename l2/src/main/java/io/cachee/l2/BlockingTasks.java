package io.cachee.l2;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs what blocks on threads of its own, and delivers the results on the event loop. */
final class BlockingTasks {
    private static final int CLOSE_SECONDS = 5;

    private final EventLoop loop;
    private final Topology topology;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("cachee-l2-", 0).factory());

    BlockingTasks(EventLoop loop, Topology topology) {
        this.loop = loop;
        this.topology = topology;
    }

    Topology topology() {
        return topology;
    }

    /** Resolves a host name. */
    void resolve(String host, Consumer<InetAddress> found, Consumer<String> failed) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal == null) {
            run(() -> InetAddress.getByName(host), found, why -> failed.accept("no address of " + host + ": " + why));
            return;
        }
        try {
            found.accept(InetAddress.getByAddress(host, literal));
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + literal.length + " bytes", e);
        }
    }

    <T> void run(Callable<T> task, Consumer<T> done, Consumer<String> failed) {
        try {
            threads.execute(() -> {
                try {
                    T outcome = task.call();
                    tell(() -> done.accept(outcome));
                } catch (Exception | LinkageError e) {
                    tell(() -> failed.accept(FailureText.of(e)));
                }
            });
        } catch (RejectedExecutionException e) {
            tell(() -> failed.accept("closed"));
        }
    }

    private void tell(Runnable outcome) {
        try {
            loop.execute(outcome);
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and so have all who waited.
        }
    }

    /**
     * Returns when all threads have ended. They are not interrupted at first: an interrupted Lettuce would leak the
     * buffers of a connection that it is opening. Must not be called on the event loop.
     */
    void close() {
        threads.shutdown();
        try {
            boolean ended = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        topology.close();
    }
}
