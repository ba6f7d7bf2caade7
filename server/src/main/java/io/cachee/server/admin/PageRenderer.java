package io.cachee.server.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Renders pages that take a while, such as metrics, on a thread of its own. A page is rendered once for all who wait
 * for it when that begins. Between two pages the thread rests, so that no number of clients makes it take a notable
 * share of a CPU.
 */
final class PageRenderer implements AutoCloseable {
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A page in one of its two formats. */
    private record Asked(AdminServer.Page page, boolean openMetrics) {}

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("cachee-pages").factory());
    private final Map<Asked, List<Consumer<HttpReply>>> waiting = new HashMap<>();
    private final long restNanos;
    private long earliestNanos = System.nanoTime();

    PageRenderer() {
        this(REST_NANOS);
    }

    PageRenderer(long restNanos) {
        this.restNanos = restNanos;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Renders a page soon. The rendering begins after this call, so the page is never older than the request. */
    // What is scheduled reports its failures as pages.
    @SuppressWarnings("FutureReturnValueIgnored")
    synchronized void render(AdminServer.Page page, boolean openMetrics, Consumer<HttpReply> ready) {
        Asked asked = new Asked(page, openMetrics);
        List<Consumer<HttpReply>> others = waiting.get(asked);
        if (others != null) {
            others.add(ready);
        } else if (!thread.isShutdown()) {
            waiting.put(asked, new ArrayList<>(List.of(ready)));
            thread.schedule(() -> run(asked), earliestNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void run(Asked asked) {
        List<Consumer<HttpReply>> takers = take(asked);
        HttpReply reply = HttpReply.of(asked.page, asked.openMetrics);
        takers.forEach(taker -> taker.accept(reply));
        rest();
    }

    private synchronized List<Consumer<HttpReply>> take(Asked asked) {
        List<Consumer<HttpReply>> takers = waiting.remove(asked);
        return takers == null ? List.of() : takers;
    }

    private synchronized void rest() {
        earliestNanos = System.nanoTime() + restNanos;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
