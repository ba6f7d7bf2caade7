package io.cachee.nearcache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Loads what the siblings of a new pod are reading, before it says that it is ready. */
public final class WarmUp {
    /**
     * What came of it.
     *
     * @param loaded how many values are in L1 now
     * @param problem why there are not more, or empty
     */
    public record Result(int loaded, int wanted, long millis, String problem) {}

    private final NearCache tier;
    private final FleetList list;
    private final List<byte[]> own;
    private final AtomicInteger loaded = new AtomicInteger();
    private volatile int wanted;
    private volatile String listProblem = "";

    /** With keys that were in use here before. */
    public WarmUp(NearCache tier, FleetList list, List<byte[]> own) {
        this.tier = tier;
        this.list = list;
        this.own = own;
    }

    /** Loads at most so many keys within so many milliseconds. Not on an event loop. */
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
        } catch (java.util.concurrent.ExecutionException failed) {
            problem = describe(failed.getCause());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return new Result(loaded.get(), wanted, millis, problem);
    }

    private static String describe(@Nullable Throwable cause) {
        return cause == null ? "" : String.valueOf(cause.getMessage());
    }

    private CompletableFuture<?> load(int most) {
        return tier.whenCoherent()
                .thenCompose(_ -> list.read(most).exceptionally(this::withoutFleet))
                .thenCompose(fleet -> loadAll(inTurn(fleet, most)));
    }

    /** Who may not read the list can load its own keys all the same. */
    private List<byte[]> withoutFleet(Throwable why) {
        listProblem = "the list of the hottest keys cannot be read: " + describe(why);
        return List.of();
    }

    /** Those of the fleet and one's own in turn, each once. */
    private List<byte[]> inTurn(List<byte[]> fleet, int most) {
        if (own.isEmpty()) {
            return fleet; // no two of a set are the same
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
        tier.load(keys, (answered, values) -> {
            loaded.addAndGet(values);
            if (left.addAndGet(-answered) == 0) {
                all.complete(null);
            }
        });
        return all;
    }
}
