package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.store.Store;

/**
 * Finds the keys that are read most, and those with the most bytes, from a sample of all accesses to keys. A request
 * with many keys is as many accesses, and each is as likely to be sampled as that of a GET.
 *
 * <p>The first accesses are all counted, so that little traffic is shown exactly. After that, one of {@link
 * HotKeys#MEAN_DISTANCE} is, and it counts for as many. Confined to the executor's event loop.
 */
final class AccessSampler {
    /** How many accesses are counted one by one before sampling begins. */
    static final int COUNTED_ONE_BY_ONE = 1_024;

    private final SharedState shared;
    final HotKeys reads = new HotKeys();
    final HotKeys bytes = new HotKeys();
    private int oneByOne = COUNTED_ONE_BY_ONE;
    /** The next access to sample: 1 is the next one. */
    private int untilSample = 1;
    /** How many accesses the next sample stands for. */
    private int weight = 1;

    AccessSampler(SharedState shared) {
        this.shared = shared;
    }

    /** Counts the accesses of a request. Call before it runs. The context's key is lost. */
    void note(CommandContext call) {
        Command command = call.command;
        if (!command.isOneAccess) {
            for (int i = 0; i < command.accesses.size(); i++) {
                noteAll(call, command.accesses.get(i));
            }
        } else if (--untilSample == 0) {
            sample(call, command.accesses.getFirst(), command.firstKey);
            untilSample = next();
        }
    }

    private void noteAll(CommandContext call, KeySpec spec) {
        int keys = spec.count(call.request);
        int at = untilSample - 1;
        while (at < keys) {
            sample(call, spec, spec.first(call.request) + at * spec.step());
            at += next();
        }
        untilSample = at - keys + 1;
    }

    private int next() {
        if (oneByOne > 0) {
            oneByOne--;
            return 1;
        }
        weight = HotKeys.MEAN_DISTANCE;
        return reads.distance();
    }

    private void sample(CommandContext call, KeySpec spec, int place) {
        Request request = call.request;
        int longest = Store.MAX_KEY_SIZE - shared.databases.prefixBytes();
        if (place >= request.count() || request.length(place) > longest) {
            // The store cannot hold a key of this length.
            return;
        }
        call.key(call.session.database, place);
        if (call.command.reads) {
            reads.add(call.key, call.keyOffset, call.keyLength, weight);
        }
        long amount = call.command.isOneAccess ? request.payloadBytes() : bytesOf(request, place, spec.step());
        if (spec.givesValue() && call.describe()) {
            amount += call.info.valueLength();
        }
        bytes.add(call.key, call.keyOffset, call.keyLength, amount * weight);
    }

    /** The bytes of a key and of what belongs to it in the request, such as its value in MSET. */
    private static long bytesOf(Request request, int place, int step) {
        long sum = 0;
        for (int i = place; i < Math.min(place + step, request.count()); i++) {
            sum += request.length(i);
        }
        return sum;
    }
}
