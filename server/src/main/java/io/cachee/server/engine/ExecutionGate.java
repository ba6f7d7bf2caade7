package io.cachee.server.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets event loops run commands side by side, and now and then one of them alone: for a transaction, or a command on
 * several keys. Each loop says in a cell of its own that it is inside, so the common case shares nothing; who wants to
 * be alone closes the gate and waits until every other loop has finished its batch.
 *
 * <p>A loop enters by writing its cell and then reading whether the gate is closed; the one who closes it writes that
 * and then reads the cells. Both writes are volatile, so at least one of the two sees the other.
 */
final class ExecutionGate {
    private static final int SPINS = 200;
    private static final long PAUSE_NANOS = 20_000;

    /** A loop's place at the gate. */
    static final class Cell extends AtomicInteger {
        private static final long serialVersionUID = 1L;
        /** Keeps neighbours out of the cache line. */
        @SuppressWarnings("UnusedVariable")
        private long padding0, padding1, padding2, padding3, padding4, padding5, padding6;
    }

    private final Cell[] cells;
    private final ReentrantLock closing = new ReentrantLock();
    private volatile boolean closed;

    ExecutionGate(int loops) {
        cells = new Cell[loops];
        for (int i = 0; i < loops; i++) {
            cells[i] = new Cell();
        }
    }

    Cell cell(int loop) {
        return cells[loop];
    }

    void enter(Cell cell) {
        cell.set(1);
        while (closed) {
            cell.setRelease(0);
            awaitOpen();
            cell.set(1);
        }
    }

    void exit(Cell cell) {
        cell.setRelease(0);
    }

    private void awaitOpen() {
        for (int i = 0; closed; i++) {
            pause(i);
        }
    }

    private static void pause(int round) {
        if (round < SPINS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Runs a task while no other loop is inside. The caller is inside before and after. */
    void alone(Cell own, Runnable task) {
        own.set(0);
        closing.lock();
        try {
            closed = true;
            for (Cell cell : cells) {
                for (int i = 0; cell.get() != 0; i++) {
                    pause(i);
                }
            }
            own.set(1);
            try {
                task.run();
            } finally {
                closed = false;
            }
        } finally {
            closing.unlock();
        }
    }
}
