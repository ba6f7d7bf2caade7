package io.cachee.server;

import io.cachee.server.admin.AdminServer;
import io.cachee.server.admin.Health;
import io.cachee.server.admin.HttpReply;
import io.cachee.server.admin.JvmMetrics;
import io.cachee.server.admin.SidecarMetrics;
import io.cachee.server.engine.SharedState;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.proxy.BeforeL2;
import io.cachee.store.StoreStats;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages that the sidecar serves over HTTP: its health to probes, its metrics to Prometheus. */
final class SidecarPages {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String OPEN_METRICS = "application/openmetrics-text";

    private final SharedState shared;
    private final @Nullable BeforeL2 proxy;
    private final WarmUpService warmUp;
    private final Supplier<String> problem;
    private final BooleanSupplier isReady;
    private final BooleanSupplier isAccepting;

    /**
     * Pages about one sidecar.
     *
     * @param proxy null without an L2
     * @param problem what is wrong with the sidecar, or empty
     * @param isReady whether clients should connect
     * @param isAccepting whether its sockets accept clients
     */
    SidecarPages(
            SharedState shared,
            @Nullable BeforeL2 proxy,
            WarmUpService warmUp,
            Supplier<String> problem,
            BooleanSupplier isReady,
            BooleanSupplier isAccepting) {
        this.shared = shared;
        this.proxy = proxy;
        this.warmUp = warmUp;
        this.problem = problem;
        this.isReady = isReady;
        this.isAccepting = isAccepting;
    }

    /** The pages for probes, by path. */
    Map<String, AdminServer.Page> health() {
        Map<String, AdminServer.Page> pages = new LinkedHashMap<>();
        pages.put("/livez", _ -> {
            Health now = now();
            return HttpReply.text(now.isAlive() ? OK : UNAVAILABLE, now.isAlive() ? "ok\n" : now.problem() + "\n");
        });
        pages.put("/readyz", _ -> {
            Health now = now();
            boolean go = now.ready() && now.isAlive();
            return HttpReply.text(go ? OK : UNAVAILABLE, now.status() + "\n");
        });
        pages.put("/health", _ -> {
            Health now = now();
            return HttpReply.json(now.isAlive() ? OK : UNAVAILABLE, now.json());
        });
        return pages;
    }

    private Health now() {
        StoreStats stats = shared.store.stats();
        return new Health(
                problem.get(),
                isReady.getAsBoolean() && isAccepting.getAsBoolean(),
                stats.entries(),
                stats.regionBytes() - stats.freeBytes(),
                stats.regionBytes(),
                shared.statistics.hitRate(),
                TimeUnit.MILLISECONDS.toSeconds(shared.uptimeMillis()),
                proxy == null ? "" : proxy.state());
    }

    /** The page for Prometheus, by its path. */
    Map<String, AdminServer.Page> metrics() {
        return Map.of("/metrics", this::metrics);
    }

    private HttpReply metrics(String accept) {
        boolean openMetrics = accept.contains(OPEN_METRICS);
        MetricWriter out = new MetricWriter(openMetrics);
        out.gauge("cachee_build_info", "The version that runs.")
                .sample("cachee_build_info", 1, MetricWriter.label("version", Version.current()));
        out.gauge("cachee_ready", "Whether clients should come.", isReady.getAsBoolean() ? 1 : 0);
        out.gauge("cachee_uptime_seconds", "Seconds since the start.", shared.uptimeMillis() / 1e3);
        new SidecarMetrics(shared, out).write();
        warmUp.writeMetrics(out);
        JvmMetrics.write(out);
        String type = openMetrics
                ? OPEN_METRICS + "; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
        return new HttpReply(OK, type, out.finish());
    }
}
