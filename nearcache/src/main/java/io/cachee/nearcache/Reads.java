package io.cachee.nearcache;

import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Passes reads of any thread to the loads, which run on the link's event loop. */
final class Reads {
    private final L1Values values;
    private final Loads loads;
    private final EventLoop loop;

    Reads(L1Values values, Loads loads, EventLoop loop) {
        this.values = values;
        this.loads = loads;
        this.loop = loop;
    }

    void read(byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        if (loop.inEventLoop()) {
            load(key, keyspace, reader);
            return;
        }
        loop.execute(() -> {
            // Another load may have brought the value since the reader looked into L1.
            Loaded fresh = values.fresh(key, keyspace);
            if (fresh != null) {
                reader.accept(fresh);
            } else {
                load(key, keyspace, reader);
            }
        });
    }

    private void load(byte[] key, Keyspace keyspace, Consumer<Loaded> reader) {
        SoftDeadlineRead read = new SoftDeadlineRead(values, key, keyspace, reader);
        read.begin(loop);
        loads.load(key, keyspace, read);
    }

    void refresh(byte[] key, Keyspace keyspace) {
        keyspace.count(KeyspaceCounter.REFRESHES);
        if (loop.inEventLoop()) {
            loads.load(key, keyspace, _ -> {});
        } else {
            loop.execute(() -> loads.load(key, keyspace, _ -> {}));
        }
    }
}
