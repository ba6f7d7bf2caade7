package io.cachee.nearcache;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes the result of a load to a reader. If the load fails, or takes longer than the soft deadline, the reader gets a
 * stale value if there is one that may be served. The load itself continues. Confined to the link's event loop.
 */
final class SoftDeadlineRead implements Consumer<Loaded> {
    private final L1Values values;
    private final byte[] key;
    private final Keyspace keyspace;
    private final Consumer<Loaded> reader;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean answered;

    SoftDeadlineRead(L1Values values, byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        this.values = values;
        this.key = key;
        this.keyspace = keyspace;
        this.reader = reader;
    }

    /** Starts the deadline if there is a stale value to serve. */
    void begin(EventLoop loop) {
        long deadlineMillis = keyspace.policy().softDeadlineMillis();
        if (deadlineMillis > 0 && values.stale(key, keyspace) != null) {
            deadline = loop.schedule(this::late, deadlineMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void late() {
        byte[] stale = answered ? null : values.stale(key, keyspace);
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
        byte[] stale = loaded.kind() == Loaded.Kind.FAILED ? values.stale(key, keyspace) : null;
        if (stale != null) {
            answer(stale);
        } else {
            answered = true;
            reader.accept(loaded);
        }
    }

    private void answer(byte[] stale) {
        answered = true;
        keyspace.count(KeyspaceCounter.STALE_SERVED);
        reader.accept(new Loaded(Loaded.Kind.VALUE, stale, ""));
    }
}
