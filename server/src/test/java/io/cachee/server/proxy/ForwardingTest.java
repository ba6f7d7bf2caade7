package io.cachee.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.l2.L2Options;
import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class ForwardingTest {
    private static final long REGION_BYTES = 1 << 20;

    /** Event loops end one after the other, and the connections of the last ones still have things to close. */
    @Test
    void asksNothingOfALinkWhoseEventLoopHasEnded() throws Exception {
        EventLoop loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
        SidecarOptions options = new SidecarOptions(16, "", 0, "", REGION_BYTES, true, "test");
        try (Store store = Store.open(StoreOptions.maxMemory(REGION_BYTES))) {
            SharedState shared =
                    new SharedState(store, options, CommandFamilies.rows().table(), 1, (message, cause) -> {
                        throw new AssertionError(message, cause);
                    });
            BeforeL2 proxy = BeforeL2.open(shared, L2Options.of("redis://127.0.0.1:1"), loop, 0, 1, false, Map.of());
            Forwarding forwarding = new Forwarding(shared, proxy.nearCache(), 0, false);
            AtomicBoolean ran = new AtomicBoolean();
            forwarding.onLink(() -> ran.set(true));
            loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).sync();
            assertThat(ran).isTrue();

            forwarding.onLink(() -> {
                throw new AssertionError("nobody can run this");
            });

            shared.close();
        }
    }
}
