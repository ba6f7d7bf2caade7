package io.cachee.nearcache;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reader who waits for a load: until it is there, or until it fails or takes too long and there is a value that may
 * be served though it is outdated. The load itself goes on. Of the link's event loop.
 */
final class SoftDeadlineRead implements Consumer<Loaded> {
    private final NearCache tier;
    private final byte[] key;
    private final Keyspace keyspace;
    private final Consumer<Loaded> reader;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean answered;

    SoftDeadlineRead(NearCache tier, byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        this.tier = tier;
        this.key = key;
        this.keyspace = keyspace;
        this.reader = reader;
    }

    /** Begins to count the time, if there is something to serve when it is over. */
    void begin(EventLoop loop) {
        long patience = keyspace.policy().softDeadline();
        if (patience > 0 && tier.stale(key, keyspace) != null) {
            deadline = loop.schedule(this::late, patience, TimeUnit.MILLISECONDS);
        }
    }

    private void late() {
        byte[] stale = answered ? null : tier.stale(key, keyspace);
        if (stale != null) {
            answer(stale);
        }
    }

    @Override
    public void accept(Loaded loaded) {
        ScheduledFuture<?> pending = deadline;
        if (pending != null) {
            pending.cancel(false);
        }
        if (answered) {
            return;
        }
        byte[] stale = loaded.kind() == Loaded.Kind.FAILED ? tier.stale(key, keyspace) : null;
        if (stale != null) {
            answer(stale);
        } else {
            answered = true;
            reader.accept(loaded);
        }
    }

    private void answer(byte[] stale) {
        answered = true;
        keyspace.staleServed.increment();
        reader.accept(new Loaded(Loaded.Kind.VALUE, stale, ""));
    }
}
