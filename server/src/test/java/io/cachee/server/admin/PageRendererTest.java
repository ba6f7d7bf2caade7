package io.cachee.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PageRendererTest {
    private final AtomicInteger rendered = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch unblocked = new CountDownLatch(1);

    private HttpReply page(boolean openMetrics) {
        int number = rendered.incrementAndGet();
        begun.countDown();
        try {
            assertThat(unblocked.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
        return HttpReply.text(200, number + " " + openMetrics);
    }

    private static CompletableFuture<String> ask(PageRenderer renderer, AdminServer.Page page, boolean openMetrics) {
        CompletableFuture<String> body = new CompletableFuture<>();
        renderer.render(page, openMetrics, reply -> body.complete(reply.body()));
        return body;
    }

    private static String bodyOf(CompletableFuture<String> asked) throws Exception {
        return asked.get(20, TimeUnit.SECONDS);
    }

    /** Whoever asks while a page is rendered may want what has happened since, so he gets the next one. */
    @Test
    void allWhoAskWhileAPageIsRenderedShareTheNext() throws Exception {
        try (PageRenderer renderer = new PageRenderer(1)) {
            AdminServer.Page page = this::page;
            CompletableFuture<String> first = ask(renderer, page, false);
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
            List<CompletableFuture<String>> others = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                others.add(ask(renderer, page, false));
            }
            unblocked.countDown();
            assertThat(bodyOf(first)).isEqualTo("1 false");
            for (CompletableFuture<String> other : others) {
                assertThat(bodyOf(other)).isEqualTo("2 false");
            }
            assertThat(bodyOf(ask(renderer, page, true))).isEqualTo("3 true");
            assertThat(rendered).hasValue(3);
        }
    }

    @Test
    void aPageThatFailsDoesNotEndTheThread() throws Exception {
        try (PageRenderer renderer = new PageRenderer(1)) {
            AdminServer.Page broken = _ -> {
                throw new IllegalStateException("out of order");
            };
            assertThat(bodyOf(ask(renderer, broken, false))).contains("out of order");
            assertThat(bodyOf(ask(renderer, broken, false))).contains("out of order");
        }
    }

    @Test
    void isQuietAfterItsEnd() {
        PageRenderer renderer = new PageRenderer();
        renderer.close();
        assertThat(ask(renderer, _ -> HttpReply.text(200, "late"), false)).isNotCompleted();
    }
}
