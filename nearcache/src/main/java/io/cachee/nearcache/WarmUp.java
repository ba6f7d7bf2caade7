package io.cachee.nearcache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Loads the keys that the siblings of a new pod are reading, before the pod reports that it is ready. */
public final class WarmUp {
    /**
     * How a warm-up ended.
     *
     * @param loaded the number of values that were put into L1
     * @param wanted the number of keys that were asked for
     * @param problem why some were not loaded; empty if there was no problem
     */
    public record Result(int loaded, int wanted, long millis, String problem) {}

    private final NearCache nearCache;
    private final FleetList list;
    private final List<byte[]> own;
    private final AtomicInteger loaded = new AtomicInteger();
    private volatile int wanted;
    private volatile String listProblem = "";

    /**
     * Creates a warm-up.
     *
     * @param own keys that were in use here before
     */
    public WarmUp(NearCache nearCache, FleetList list, List<byte[]> own) {
        this.nearCache = nearCache;
        this.list = list;
        this.own = own;
    }

    /** Loads at most {@code most} keys. Not on an event loop. */
    public Result run(int most, long timeoutMillis) {
        long begun = System.nanoTime();
        String problem = "";
        try {
            load(most).get(timeoutMillis, TimeUnit.MILLISECONDS);
            problem = listProblem;
        } catch (TimeoutException late) {
            problem = "not done within " + timeoutMillis + " ms";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        } catch (ExecutionException failed) {
            problem = describe(failed.getCause());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return new Result(loaded.get(), wanted, millis, problem);
    }

    private static String describe(@Nullable Throwable cause) {
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    private CompletableFuture<?> load(int most) {
        // All of it on the event loop, which alone may send: a complete future would run the next step on this thread.
        return nearCache
                .whenCoherent()
                .thenComposeAsync(
                        _ -> list.read(most)
                                .exceptionally(this::withoutFleet)
                                .thenCompose(fleet -> loadAll(inTurn(fleet, most))),
                        nearCache.loop());
    }

    /** Own keys are loaded even if the list cannot be read. */
    private List<byte[]> withoutFleet(Throwable why) {
        listProblem = "the list of the hottest keys cannot be read: " + describe(why);
        return List.of();
    }

    /** The fleet's keys and the own ones in turn, without duplicates. */
    private List<byte[]> inTurn(List<byte[]> fleet, int most) {
        if (own.isEmpty()) {
            return fleet; // a sorted set has no duplicates
        }
        Map<ByteBuffer, byte[]> chosen = new LinkedHashMap<>();
        for (int i = 0; i < Math.max(fleet.size(), own.size()) && chosen.size() < most; i++) {
            if (i < fleet.size()) {
                chosen.putIfAbsent(ByteBuffer.wrap(fleet.get(i)), fleet.get(i));
            }
            if (i < own.size() && chosen.size() < most) {
                chosen.putIfAbsent(ByteBuffer.wrap(own.get(i)), own.get(i));
            }
        }
        return new ArrayList<>(chosen.values());
    }

    private CompletableFuture<?> loadAll(List<byte[]> keys) {
        wanted = keys.size();
        CompletableFuture<Void> all = new CompletableFuture<>();
        if (keys.isEmpty()) {
            all.complete(null);
        }
        AtomicInteger left = new AtomicInteger(keys.size());
        nearCache.load(keys, (answered, kept) -> {
            loaded.addAndGet(kept);
            if (left.addAndGet(-answered) == 0) {
                all.complete(null);
            }
        });
        return all;
    }
}
