package io.cachee.server.engine;

import java.util.concurrent.atomic.LongAdder;

/** ClientCounters of rare events, which all event loops share; {@link LoopStats} counts the frequent ones. */
public final class ClientCounters {
    public final LongAdder connections = new LongAdder();
    public final LongAdder rejectedConnections = new LongAdder();
    public final LongAdder deniedConnections = new LongAdder();
    public final LongAdder protocolErrors = new LongAdder();
    public final LongAdder outputLimitDisconnects = new LongAdder();
    public final LongAdder queryLimitDisconnects = new LongAdder();
    public final LongAdder bufferTotalDisconnects = new LongAdder();
    public final LongAdder idleDisconnects = new LongAdder();
    public final LongAdder authFailures = new LongAdder();
    public final LongAdder deniedCommands = new LongAdder();
    public final LongAdder deniedKeys = new LongAdder();
    public final LongAdder deniedChannels = new LongAdder();
    public final LongAdder delayedLogins = new LongAdder();
    public final LongAdder refusedLogins = new LongAdder();
    public final LongAdder acceptFailures = new LongAdder();
    public final LongAdder handshakeFailures = new LongAdder();
    public final LongAdder outOfMemory = new LongAdder();
    public final LongAdder configReloads = new LongAdder();
    public final LongAdder configReloadErrors = new LongAdder();
    /** Parts of commands that were done in slices. */
    public final LongAdder slices = new LongAdder();

    public final LongAdder invalidations = new LongAdder();
    final LongAdder notifications = new LongAdder();
    final LongAdder expiredKeys = new LongAdder();
    final LongAdder evictedKeys = new LongAdder();

    void denied(Denial.Kind kind) {
        switch (kind) {
            case COMMAND -> deniedCommands.increment();
            case KEY -> deniedKeys.increment();
            case CHANNEL -> deniedChannels.increment();
            case AUTH -> authFailures.increment();
        }
    }

    /** Requests that the rules of users refused, for whatever reason. */
    public long denials() {
        return deniedCommands.sum() + deniedKeys.sum() + deniedChannels.sum();
    }
}
