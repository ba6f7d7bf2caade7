package io.cachee.server.command;

import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreFileException;
import io.cachee.store.StoreOptions;
import io.netty.buffer.PooledByteBufAllocator;

/** All that runs commands, with one client and without any network. */
final class BareInstance implements AutoCloseable {
    final Store store;
    final Instance instance;
    final CommandExecutor executor;
    final MemoryLink link = new MemoryLink();
    final Session session;

    BareInstance(long regionBytes) throws StoreFileException {
        store = Store.open(StoreOptions.maxMemory(regionBytes).housekeeping(false));
        InstanceOptions options = new InstanceOptions(16, "", 0, "", regionBytes, Eviction.CACHEE_LFU, true, "test");
        instance = new Instance(store, options, Table.rows().table(), 1, (message, cause) -> {
            throw new AssertionError(message, cause);
        });
        executor = instance.executor(PooledByteBufAllocator.DEFAULT);
        session = executor.connected(link);
    }

    @Override
    public void close() {
        executor.disconnected(session);
        instance.close();
        store.close();
    }
}
