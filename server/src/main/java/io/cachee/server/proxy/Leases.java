package io.cachee.server.proxy;

import io.cachee.nearcache.NearCache;
import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import io.cachee.store.Stamp;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Leases. A client that finds a key missing gets a lease on it, and can fill the key only until somebody changes it. So
 * a client that read the database before another wrote to it cannot store the outdated value. The lease is a
 * placeholder under the key itself, in L2: any write or deletion of the key ends it.
 */
final class Leases {
    private static final long DEFAULT_MILLIS = 5_000;
    private static final int MOST_MILLIS = 3_600_000;

    private static final String LEASE = """
        local v = redis.call('GET', KEYS[1])
        if v and string.sub(v, 1, #ARGV[1]) ~= ARGV[1] then return {'VALUE', v} end
        if v then return {'WAIT', redis.call('PTTL', KEYS[1])} end
        redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
        return {'LEASE', ARGV[2]}
        """;
    private static final String FILL = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ARGV[2] then return 0 end
        if ARGV[4] == '0' then redis.call('SET', KEYS[1], ARGV[3])
        else redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) end
        return 1
        """;
    private static final String RELEASE = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] .. ARGV[2] then return 0 end
        return redis.call('DEL', KEYS[1])
        """;

    private final Forwarding forwarding;
    private final L1Reads reads;

    Leases(Forwarding forwarding, L1Reads reads) {
        this.forwarding = forwarding;
        this.reads = reads;
    }

    void lease(CommandContext call) {
        long millis = millis(call, 2, DEFAULT_MILLIS);
        byte[] kept = reads.keptValue(call);
        if (kept != null) {
            call.reply.array(2);
            call.reply.bulk(ascii("VALUE"));
            call.reply.bulk(kept, 0, kept.length - Stamp.BYTES);
            return;
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String token = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
        forwarding.pass(call, script(call, LEASE, ascii(token), ascii(Long.toString(millis))));
    }

    void fill(CommandContext call) {
        long millis = millis(call, 4, 0);
        byte[] token = call.request.bytes(2);
        byte[] value = call.request.bytes(3);
        forwarding.pass(call, script(call, FILL, token, value, ascii(Long.toString(millis))));
    }

    void release(CommandContext call) {
        forwarding.pass(call, script(call, RELEASE, call.request.bytes(2)));
    }

    private static long millis(CommandContext call, int at, long otherwise) {
        if (call.count() == at) {
            return otherwise;
        }
        if (call.count() != at + 2 || !call.request.is(at, "PX")) {
            throw CommandException.syntax();
        }
        return Decimal.integer(call.request, at + 1, 1, MOST_MILLIS);
    }

    private static Request script(CommandContext call, String text, byte[]... arguments) {
        byte[][] all = new byte[5 + arguments.length][];
        all[0] = ascii("EVAL");
        all[1] = ascii(text);
        all[2] = ascii("1");
        all[3] = call.request.bytes(1);
        all[4] = ascii(NearCache.LEASE);
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        return Request.of(all);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
