package io.cachee.server.engine;

import io.cachee.server.command.CommandFamilies;
import io.cachee.store.Store;
import io.cachee.store.StoreFileException;
import io.cachee.store.StoreOptions;
import io.netty.buffer.PooledByteBufAllocator;

/** All that runs commands, with one client and without any network. */
final class BareEngine implements AutoCloseable {
    final Store store;
    final SharedState shared;
    final CommandExecutor executor;
    final MemoryLink link = new MemoryLink();
    final Session session;

    BareEngine(long regionBytes) throws StoreFileException {
        store = Store.open(StoreOptions.maxMemory(regionBytes).housekeeping(false));
        SidecarOptions options = new SidecarOptions(16, "", 0, "", regionBytes, true, "test");
        shared = new SharedState(store, options, CommandFamilies.rows().table(), 1, (message, cause) -> {
            throw new AssertionError(message, cause);
        });
        executor = shared.executor(PooledByteBufAllocator.DEFAULT);
        session = executor.connected(link);
    }

    @Override
    public void close() {
        executor.disconnected(session);
        shared.close();
        store.close();
    }
}
