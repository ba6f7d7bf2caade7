package io.cachee.nearcache;

import io.cachee.l2.IgnoreReply;
import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The hottest keys of all sidecars of an application, a sorted set in L2. Each sidecar regularly adds the weights of
 * its hottest keys. The first one in each period halves all weights. The list is kept short. A new pod learns from it
 * what its siblings are reading.
 */
public final class FleetList {
    /** How often weights are halved. */
    public static final long PERIOD_MILLIS = 30_000;

    private static final int MOST_KEYS = 10_000;
    private static final int MOST_KEY_BYTES = 1_024;
    private static final String ADD = """
        local now = redis.call('TIME')[1] * 1000
        local aged = tonumber(redis.call('GET', KEYS[2]) or '0')
        if now - aged >= tonumber(ARGV[1]) then
          redis.call('ZUNIONSTORE', KEYS[1], 1, KEYS[1], 'WEIGHTS', 0.5)
          redis.call('SET', KEYS[2], now)
        end
        for i = 3, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i]) end
        redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[2]))
        redis.call('EXPIRE', KEYS[1], 604800)
        redis.call('EXPIRE', KEYS[2], 604800)
        return redis.call('ZCARD', KEYS[1])
        """;

    private final L2 l2;
    private final byte[] name;
    private final byte[] agedName;
    private final int slot;

    /** A key and how hot it is. */
    public static final class Weighted {
        private final byte[] key;
        private final long weight;

        public Weighted(byte[] key, long weight) {
            this.key = key;
            this.weight = weight;
        }
    }

    public FleetList(L2 l2, String application) {
        this.l2 = l2;
        this.name = Arguments.ascii("{cachee:hot:" + application + "}");
        this.agedName = Arguments.ascii("{cachee:hot:" + application + "}:aged");
        this.slot = l2.slotOf(name, 0, name.length);
    }

    /** Adds the hottest keys of this sidecar. If that fails, the next round adds them. On the link's event loop. */
    public void add(List<Weighted> keys) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(Arguments.EVAL);
        arguments.add(Arguments.ascii(ADD));
        arguments.add(Arguments.ascii("2"));
        arguments.add(name);
        arguments.add(agedName);
        arguments.add(Arguments.number(PERIOD_MILLIS));
        arguments.add(Arguments.number(Math.min(MOST_KEYS, 2L * keys.size())));
        for (Weighted one : keys) {
            if (one.key.length <= MOST_KEY_BYTES) {
                arguments.add(one.key);
                arguments.add(Arguments.number(one.weight));
            }
        }
        // If this fails, the next round adds these keys.
        l2.send(
                RequestEncoder.encode(arguments.toArray(new byte[0][])),
                slot,
                RespVersion.EITHER,
                -1,
                IgnoreReply.INSTANCE);
    }

    /** Reads the hottest keys, the hottest first. On the link's event loop. */
    public CompletableFuture<List<byte[]>> read(int most) {
        CompletableFuture<List<byte[]>> read = new CompletableFuture<>();
        ByteBuf request = RequestEncoder.encode(
                Arguments.ascii("ZREVRANGE"), name, Arguments.ascii("0"), Arguments.number(Math.max(0, most - 1L)));
        // The tracked connection exists already; a new pod would have to wait for another.
        l2.sendTracked(request, slot, new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (ReplyReader.isError(frame)) {
                    read.completeExceptionally(new IllegalStateException(ReplyReader.text(frame)));
                } else {
                    read.complete(Reply.of(frame).strings());
                }
            }

            @Override
            public void failed(L2Failure why) {
                read.completeExceptionally(why);
            }
        });
        return read;
    }
}
