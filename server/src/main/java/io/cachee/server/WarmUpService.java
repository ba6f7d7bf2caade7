package io.cachee.server;

import io.cachee.l2.L2Options;
import io.cachee.nearcache.FleetList;
import io.cachee.nearcache.NearCache;
import io.cachee.nearcache.SourceWarmUp;
import io.cachee.nearcache.WarmUp;
import io.cachee.server.config.NearCacheOptions;
import io.cachee.server.engine.SharedState;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.Store;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Loads hot keys before clients connect, and publishes this sidecar's hottest keys for its siblings. */
final class WarmUpService {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(FleetList.PERIOD_MILLIS);

    private final SharedState shared;
    private final @Nullable BeforeL2 proxy;
    private final NearCacheOptions options;
    private final Log log;
    private final @Nullable FleetList list;
    private long lastNanos = System.nanoTime();
    private volatile WarmUp.@Nullable Result warmedUp;

    WarmUpService(SharedState shared, @Nullable BeforeL2 proxy, NearCacheOptions options, Log log) {
        this.shared = shared;
        this.proxy = proxy;
        this.options = options;
        this.log = log;
        this.list = proxy == null ? null : new FleetList(proxy.nearCache().l2(), options.application);
    }

    /**
     * Loads the keys that the siblings read most, then asks L2 for its commands; both within one time limit.
     *
     * @param previous the keys that this pod's previous sidecar read, as its store named them
     */
    void warmUp(Store store, EventLoop loop, List<byte[]> previous) {
        long begun = System.nanoTime();
        BeforeL2 before = proxy;
        FleetList siblings = list;
        L2Options source = options.prewarmLink();
        boolean isOff = options.prewarmKeys == 0 || options.prewarmSource.equals("off");
        if (before != null && siblings != null) {
            NearCache nearCache = before.nearCache();
            if (!isOff) {
                List<byte[]> own = before.namesInL2(previous);
                report(new WarmUp(nearCache, siblings, own).run(options.prewarmKeys, options.prewarmMillis));
            }
            long spent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            learnCommands(nearCache, isOff ? 0 : options.prewarmMillis - spent);
        } else if (source != null && !isOff) {
            SourceWarmUp once = new SourceWarmUp(store, shared::storedName, loop, source);
            report(once.run(options.application, options.prewarmKeys, options.prewarmMillis));
        }
    }

    private static void learnCommands(NearCache nearCache, long millis) {
        CompletableFuture<?> known = nearCache.l2().learnCommands();
        try {
            known.get(Math.max(0, millis), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException later) {
            // The commands become known when L2 answers.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(WarmUp.Result result) {
        warmedUp = result;
        if (proxy != null) {
            proxy.warmedUp(result);
        }
        String text = "warmed " + result.loaded() + " of " + result.wanted() + " keys in " + result.millis() + " ms";
        if (result.problem().isEmpty()) {
            log.info(text);
        } else {
            log.warn(text + ": " + result.problem());
        }
    }

    /** Writes the result of the warm-up. */
    void writeMetrics(MetricWriter out) {
        WarmUp.Result result = warmedUp;
        if (result != null) {
            out.gauge("cachee_prewarm_keys", "Keys loaded before the first client came.", result.loaded());
            out.gauge("cachee_prewarm_seconds", "Seconds that took.", result.millis() / 1e3);
        }
    }

    /** Publishes the hottest keys periodically, however often this is called. */
    void tick() {
        if (System.nanoTime() - lastNanos >= EVERY_NANOS) {
            lastNanos = System.nanoTime();
            tell();
        }
    }

    /** Publishes the hottest keys. */
    void tell() {
        BeforeL2 before = proxy;
        FleetList siblings = list;
        if (before != null && siblings != null) {
            List<FleetList.Weighted> hottest = before.hottestKeys(options.prewarmKeys);
            if (!hottest.isEmpty()) {
                before.nearCache().loop().execute(() -> siblings.add(hottest));
            }
        }
    }
}
