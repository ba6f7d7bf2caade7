package io.cachee.server.net;

import io.cachee.server.engine.AnyThread;
import io.cachee.server.engine.ConfinedTo;
import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which event loop serves a connection, the connection's tasks there, and its moves to another loop.
 *
 * <p>To move, the channel deregisters from one loop and registers with the other. In between it belongs to neither, so
 * tasks that come meanwhile are postponed until it has arrived.
 */
// Netty reports what fails to exceptionCaught and channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
@ConfinedTo("the connection's event loop")
final class LoopBinding {
    private final SocketConnection connection;

    @AnyThread
    private volatile LoopContext loop;

    @AnyThread
    private final AtomicBoolean moveAsked = new AtomicBoolean();

    /** The loop that the connection moves to; null while no move is under way. */
    @AnyThread
    private volatile @Nullable LoopContext next;

    /** Tasks that came during a move. Used by the loop that the connection leaves, then by the one it arrives at. */
    private final Deque<Runnable> postponed = new ArrayDeque<>();

    LoopBinding(SocketConnection connection, LoopContext loop) {
        this.connection = connection;
        this.loop = loop;
    }

    @AnyThread
    LoopContext loop() {
        return loop;
    }

    boolean isMoving() {
        return next != null;
    }

    // ---------------------------------------------------------------- tasks

    @AnyThread
    void execute(Runnable task) {
        connection.context().executor().execute(() -> guarded(task));
    }

    Future<?> after(Runnable task, long time, TimeUnit unit) {
        return connection.context().executor().schedule(() -> guarded(task), time, unit);
    }

    /** Runs a task on the loop that serves the connection now, after the move if one is under way. */
    @AnyThread
    private void guarded(Runnable task) {
        EventExecutor now = connection.channel().eventLoop();
        if (!now.inEventLoop()) {
            now.execute(() -> guarded(task));
            return;
        }
        if (next != null) {
            postponed.add(task);
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | OutOfMemoryError problem) {
            connection.exceptionCaught(connection.context(), problem);
        }
    }

    // ---------------------------------------------------------------- moves

    /** Asks for a move, which happens unless the connection is busy by then. */
    @AnyThread
    void moveTo(LoopContext target) {
        if (!moveAsked.getAndSet(true)) {
            execute(() -> {
                moveAsked.set(false);
                if (target != loop && connection.mayMove()) {
                    begin(target);
                }
            });
        }
    }

    private void begin(LoopContext target) {
        next = target;
        // With io_uring Netty repeats a read that was cancelled while it was wanted, and the channel would never leave.
        connection.stopReading();
        Channel channel = connection.channel();
        connection
                .context()
                .deregister()
                .addListener(_ -> target.eventLoop.register(channel).addListener(this::registered));
    }

    /** Netty reports nothing of a channel that is closed between two event loops. */
    private void registered(Future<?> registration) {
        if (!registration.isSuccess()) {
            connection.channel().close();
            connection.leave();
        }
    }

    /** The connection has arrived at the other loop, which serves it from now on. False when no move was under way. */
    boolean arrive(Protocol protocol) {
        LoopContext arrived = next;
        if (arrived == null) {
            return false;
        }
        loop = arrived;
        protocol.movedTo(arrived);
        next = null;
        runPostponed();
        return true;
    }

    /** The connection has ended: no move is under way any more. */
    void end() {
        next = null;
        runPostponed();
    }

    private void runPostponed() {
        while (next == null && !postponed.isEmpty()) {
            guarded(postponed.remove());
        }
    }
}
