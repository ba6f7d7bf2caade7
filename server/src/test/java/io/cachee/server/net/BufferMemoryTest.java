package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.command.CommandFamilies;
import io.cachee.server.engine.SharedState;
import io.cachee.server.engine.SidecarOptions;
import io.cachee.server.engine.Transport;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has to go when there is no memory for buffers. */
final class BufferMemoryTest {
    private static final String NO_BUFFERS = "Cannot reserve 4194304 bytes of direct buffer memory";

    /** A client that meets an error while another has much unread; which of them, and of a third, stay. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing is ever sent
    private static List<Boolean> stay(Throwable error, List<String> log) throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(16 << 20))) {
            SidecarOptions options = new SidecarOptions(16, "", 0, "", 16 << 20, true, "test");
            SharedState shared = new SharedState(
                    store, options, CommandFamilies.rows().table(), 1, (message, _) -> log.add(message));
            LoopContext loop = new LoopContext(new EmbeddedChannel().eventLoop(), 0, new LoopLoad());
            RespFactory resp = new RespFactory(shared, 1, PooledByteBufAllocator.DEFAULT, 1 << 20);
            Connections connections = new Connections(shared, "", false, NetworkLimits.DEFAULT);
            List<EmbeddedChannel> clients = new ArrayList<>();
            for (int unread : new int[] {0, 100_000, 10}) {
                EmbeddedChannel client =
                        new EmbeddedChannel(new SocketConnection(connections, loop, Transport.TCP, resp));
                client.write(Unpooled.wrappedBuffer(new byte[unread]));
                clients.add(client);
            }
            clients.getFirst().pipeline().fireExceptionCaught(error);
            List<Boolean> stay = clients.stream().map(EmbeddedChannel::isOpen).toList();
            clients.forEach(EmbeddedChannel::finishAndReleaseAll);
            shared.close();
            return stay;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoMeetsItGoesAndWhoHoldsMost(boolean withinTls) throws IOException {
        List<String> log = new ArrayList<>();
        Throwable error = new OutOfMemoryError(NO_BUFFERS);
        assertThat(stay(withinTls ? new DecoderException(error) : error, log)).containsExactly(false, false, true);
        assertThat(log).first().asString().contains("closed: there is no memory left for network buffers");
    }

    @Test
    void anyOtherErrorIsThatOfOneConnection() throws IOException {
        List<String> log = new ArrayList<>();
        assertThat(stay(new IllegalStateException("broken"), log)).containsExactly(false, true, true);
        assertThat(log).singleElement().asString().contains("broken");
    }
}
