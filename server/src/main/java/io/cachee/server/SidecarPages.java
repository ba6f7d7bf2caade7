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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages that the sidecar serves over HTTP: its health to probes, its metrics to Prometheus. */
final class SidecarPages {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final SharedState shared;
    private final @Nullable BeforeL2 proxy;
    private final WarmUpService warmUp;
    private final Supplier<String> problem;
    private final Supplier<String> notReady;

    /**
     * Pages about one sidecar.
     *
     * @param proxy null without an L2
     * @param problem what is wrong with the sidecar, or empty
     * @param notReady why clients should not connect, or empty
     */
    SidecarPages(
            SharedState shared,
            @Nullable BeforeL2 proxy,
            WarmUpService warmUp,
            Supplier<String> problem,
            Supplier<String> notReady) {
        this.shared = shared;
        this.proxy = proxy;
        this.warmUp = warmUp;
        this.problem = problem;
        this.notReady = notReady;
    }

    /** The pages for probes, by path. */
    Map<String, AdminServer.Page> health() {
        Map<String, AdminServer.Page> pages = new LinkedHashMap<>();
        pages.put("/livez", _ -> state(problem.get()));
        pages.put("/readyz", _ -> {
            String failure = problem.get();
            String reason = notReady.get();
            return state(failure.isEmpty() && !reason.isEmpty() ? "not ready: " + reason : failure);
        });
        pages.put("/health", _ -> {
            Health now = now();
            return HttpReply.json(now.isAlive() ? OK : UNAVAILABLE, now.json());
        });
        return pages;
    }

    /** All is well, or why not. */
    private static HttpReply state(String reason) {
        return reason.isEmpty() ? HttpReply.text(OK, "ok\n") : HttpReply.text(UNAVAILABLE, reason + "\n");
    }

    private Health now() {
        StoreStats stats = shared.store.stats();
        return new Health(
                problem.get(),
                notReady.get(),
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

    private HttpReply metrics(boolean openMetrics) {
        MetricWriter out = new MetricWriter(openMetrics);
        out.gauge("cachee_build_info", "The version that runs.")
                .sample("cachee_build_info", 1, MetricWriter.label("version", Version.current()));
        out.gauge("cachee_ready", "Whether clients should come.", notReady.get().isEmpty() ? 1 : 0);
        out.gauge("cachee_uptime_seconds", "Seconds since the start.", shared.uptimeMillis() / 1e3);
        new SidecarMetrics(shared, out).write();
        warmUp.writeMetrics(out);
        JvmMetrics.write(out);
        return new HttpReply(OK, openMetrics ? OPEN_METRICS : PROMETHEUS, out.finish());
    }
}
