package io.cachee.server.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets all event loops run commands at the same time, and sometimes one of them alone: for a transaction, or for a
 * command that changes several keys in one step.
 *
 * <p>Each loop has a cell, which is 1 while the loop runs a batch of requests. Usually that is all a loop writes, so
 * loops share nothing.
 * <ol>
 *   <li>A loop that begins a batch sets its cell to 1, then looks whether the gate is closed. If it is, the loop sets
 *       its cell back to 0, waits until the gate is open, and begins again.
 *   <li>A loop that wants to be alone sets its own cell to 0, closes the gate, and waits until every cell is 0. Then it
 *       sets its cell to 1 and runs its task, after which it opens the gate.
 * </ol>
 *
 * <p>Either side first writes, then reads what the other writes. These writes are volatile, so at least one side sees
 * the other: never do both proceed. A loop sets its own cell to 0 before it waits for the lock, because another loop
 * that is already closing the gate waits for that cell.
 */
final class ExecutionGate {
    private static final int SPINS = 200;
    private static final long PAUSE_NANOS = 20_000;

    /** 1 while an event loop runs a batch of requests, otherwise 0. */
    static final class Cell extends AtomicInteger {
        private static final long serialVersionUID = 1L;
        /** Fills the cache line, so that no other cell shares it. */
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

    /** Runs a task while no other loop runs a batch. Call within a batch. */
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
