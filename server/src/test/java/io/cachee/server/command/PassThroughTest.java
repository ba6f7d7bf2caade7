package io.cachee.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.store.Eviction;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class PassThroughTest {
    private static final long REGION_BYTES = 1 << 20;

    /** Event loops end one after the other, and the connections of the last ones still have things to close. */
    @Test
    void asksNothingOfALinkWhoseEventLoopHasEnded() throws Exception {
        EventLoop loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
        InstanceOptions options = new InstanceOptions(16, "", 0, "", REGION_BYTES, Eviction.CACHEE_LFU, true, "test");
        try (Store store = Store.open(StoreOptions.maxMemory(REGION_BYTES))) {
            Instance instance = new Instance(store, options, Table.rows().table(), 1, (message, cause) -> {
                throw new AssertionError(message, cause);
            });
            BeforeL2 proxy = BeforeL2.open(instance, L2Options.of("redis://127.0.0.1:1"), loop, 0, 1, Map.of());
            PassThrough passing = new PassThrough(instance, proxy.tier(), 0);
            AtomicBoolean ran = new AtomicBoolean();
            passing.onLink(() -> ran.set(true));
            loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).sync();
            assertThat(ran).isTrue();

            passing.onLink(() -> {
                throw new AssertionError("nobody can run this");
            });

            instance.close();
        }
    }
}
