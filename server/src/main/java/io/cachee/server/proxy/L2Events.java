package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.server.engine.LogLimit;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.TurnDelivery;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Passes what happens in L2 on: to clients that keep copies, to the log, and to the state that probes ask for. */
final class L2Events implements NearCache.Listener {
    private final SharedState shared;
    private final L2State state;
    private final BooleanSupplier isCoherent;
    private final int database;
    private final EventLoop loop;
    private final TurnDelivery turn = new TurnDelivery();
    private final LogLimit losses;
    private final LogLimit problems;

    /** @param loop the event loop of the link to L2 */
    L2Events(SharedState shared, L2State state, BooleanSupplier isCoherent, int database, EventLoop loop) {
        this.shared = shared;
        this.state = state;
        this.isCoherent = isCoherent;
        this.database = database;
        this.loop = loop;
        this.losses = new LogLimit(System::nanoTime, message -> shared.log(message, null));
        this.problems = new LogLimit(System::nanoTime, message -> shared.log(message, null));
    }

    @Override
    public void invalidated(byte[] key) {
        if (shared.tracking.isUsed()) {
            boolean isFirst = turn.isEmpty();
            shared.tracking.changed(key, turn);
            if (isFirst && !turn.isEmpty()) {
                loop.execute(turn::deliver);
            }
        }
    }

    @Override
    public void invalidatedAll() {
        shared.tracking.cleared();
    }

    @Override
    public void feedBegan(String node) {
        // Changes until now were not reported, so what clients keep may be outdated.
        shared.tracking.cleared();
        state.began(isCoherent.getAsBoolean());
        shared.info("L2 " + node + " is connected: database " + database + " is kept coherent");
    }

    @Override
    public void feedEnded(String node, String why) {
        state.ended(Instant.now());
        losses.log("L2 " + node + " is lost: " + why);
    }

    @Override
    public void noticed(String problem) {
        problems.log(problem);
    }
}
