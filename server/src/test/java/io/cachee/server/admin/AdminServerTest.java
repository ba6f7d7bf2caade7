package io.cachee.server.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.testkit.Await;
import io.cachee.testkit.LeakWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private static final int SHORT_MILLIS = 200;
    /** Longer than a socket here waits for a byte: who waits for this deadline fails. */
    private static final int FOR_EVER_MILLIS = 600_000;

    private final List<AdminServer> servers = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        servers.forEach(AdminServer::close);
        LeakWatch.check();
    }

    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final CountDownLatch unblocked = new CountDownLatch(1);

    /** A page and a broken one are probes; others say what is asked for, and one waits for the test. */
    private int listen(AdminServer server) throws IOException {
        servers.add(server);
        Map<String, AdminServer.Page> probes = Map.of(
                "/page",
                _ -> {
                    threads.add("probe in " + Thread.currentThread().getName());
                    return HttpReply.text(200, "page\n");
                },
                "/count",
                _ -> HttpReply.text(200, counted.incrementAndGet() + "\n"),
                "/broken",
                _ -> {
                    throw new IllegalStateException("out of order");
                });
        Map<String, AdminServer.Page> others =
                Map.of("/format", open -> HttpReply.text(200, "open " + open + "\n"), "/blocked", _ -> blocked());
        return server.listen("--health-port", "127.0.0.1", 0, new AdminServer.Pages(probes, others));
    }

    private HttpReply blocked() {
        threads.add("page in " + Thread.currentThread().getName());
        begun.incrementAndGet();
        try {
            unblocked.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
        return HttpReply.text(200, "blocked no more\n");
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** All that comes until the server closes. */
    private static String rest(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                text.append((char) next);
            }
        } catch (SocketException reset) {
            return text.toString();
        }
        return text.toString();
    }

    private String ask(int port, String request) throws IOException {
        Socket socket = connect(port);
        send(socket, request);
        return rest(socket);
    }

    private static String request(String line) {
        return line + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    }

    @Test
    void answersGetAndHead() throws IOException {
        int port = listen(new AdminServer());
        assertThat(ask(port, request("GET /page?and=more")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-type: text/plain; charset=utf-8\r\n", "content-length: 5\r\n")
                .contains("cache-control: no-store\r\n")
                .endsWith("\r\n\r\npage\n");
        assertThat(ask(port, request("HEAD /page")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-length: 5\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void keepsAConnectionForTheNextRequest() throws IOException {
        int port = listen(new AdminServer());
        String answers = ask(port, "GET /page HTTP/1.1\r\nHost: here\r\n\r\n".repeat(2) + request("GET /page"));
        assertThat(answers.split("\r\n\r\npage", -1)).hasSize(4);
    }

    @Test
    void refusesOtherPathsAndMethods() throws IOException {
        int port = listen(new AdminServer());
        assertThat(ask(port, request("GET /"))).startsWith("HTTP/1.1 404 ").contains("/page");
        assertThat(ask(port, request("GET /page/../broken"))).startsWith("HTTP/1.1 404 ");
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW")) {
            assertThat(ask(port, request(method + " /page")))
                    .as(method)
                    .startsWith("HTTP/1.1 405 ")
                    .contains("allow: GET, HEAD\r\n");
        }
    }

    @Test
    void refusesWhatIsTooLargeOrNoHttp() throws IOException {
        int port = listen(new AdminServer(5 * SHORT_MILLIS));
        assertThat(ask(port, "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
        assertThat(ask(port, "GET /page HTTP/1.1\r\nA: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
        assertThat(ask(port, "POST /page HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(5_000)))
                .startsWith("HTTP/1.1 413 ");
        assertThat(ask(port, "POST /page HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(ask(port, "*1\r\n$4\r\nPING\r\n\r\n\r\n")).startsWith("HTTP/1.1 4");
        assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aPageThatFailsIsAnError() throws IOException {
        int port = listen(new AdminServer());
        assertThat(ask(port, request("GET /broken")))
                .startsWith("HTTP/1.1 500 ")
                .contains("out of order");
    }

    @Test
    void disconnectsThoseWhoNeverFinishARequest() throws IOException {
        int port = listen(new AdminServer(SHORT_MILLIS));
        assertThat(rest(connect(port))).isEmpty();
        Socket slow = connect(port);
        send(slow, "GET /page HTTP/1.1\r\n");
        assertThat(sendUntilClosed(slow)).isTrue();
        Socket afterOne = connect(port);
        send(afterOne, "GET /page HTTP/1.1\r\n\r\n");
        assertThat(rest(afterOne)).startsWith("HTTP/1.1 200 ");
    }

    /** A header bit by bit, never to its end. */
    private static boolean sendUntilClosed(Socket socket) throws IOException {
        socket.setSoTimeout(5);
        for (int i = 0; i < 4_000; i++) {
            try {
                send(socket, "x");
                if (socket.getInputStream().read() < 0) {
                    return true;
                }
            } catch (java.net.SocketTimeoutException stillOpen) {
                // The next byte will tell.
            } catch (SocketException closed) {
                return true;
            }
        }
        return false;
    }

    @Test
    void oneConnectionTooManyClosesTheOneThatIsIdleForLongest() throws IOException {
        int port = listen(new AdminServer(FOR_EVER_MILLIS));
        List<Socket> guests = new ArrayList<>();
        for (int i = 0; i < AdminServer.MOST_CONNECTIONS; i++) {
            guests.add(connect(port));
            completeOne(guests.getLast());
        }
        completeOne(guests.getFirst());
        assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
        Socket closed = guests.remove(1);
        assertThat(rest(closed)).isEmpty();
        for (Socket other : guests) {
            send(other, request("GET /page"));
            assertThat(rest(other)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** Sends a request and reads the whole of its answer. */
    private static void completeOne(Socket socket) throws IOException {
        send(socket, "GET /page HTTP/1.1\r\n\r\n");
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("page\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).isNotNegative();
            answer.append((char) next);
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void aProbeGetsThroughHoweverManyHangOn() throws IOException {
        int port = listen(new AdminServer());
        for (int i = 0; i < 3 * AdminServer.MOST_CONNECTIONS; i++) {
            connect(port);
        }
        assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
        long open = 0;
        for (Socket socket : sockets.subList(0, 3 * AdminServer.MOST_CONNECTIONS)) {
            send(socket, request("GET /page"));
            open += rest(socket).startsWith("HTTP/1.1 200 ") ? 1 : 0;
        }
        assertThat(open).isBetween(1L, (long) AdminServer.MOST_CONNECTIONS);
    }

    @Test
    void saysWhereItCannotListen() throws IOException {
        int port = listen(new AdminServer());
        try (AdminServer second = new AdminServer()) {
            assertThatThrownBy(() -> second.listen(
                            "--health-port", "127.0.0.1", port, new AdminServer.Pages(Map.of(), Map.of())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "--health-port: cannot listen at 127.0.0.1:" + port + ": address already in use");
        }
    }

    // ---------------------------------------------------------------- whatever happens on other pages

    @Test
    void probesAreAnsweredWhileFortyConnectionsPipelineRequestsForAPageThatIsBlocked() throws Exception {
        int port = listen(new AdminServer(FOR_EVER_MILLIS));
        List<Socket> greedy = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            greedy.add(connect(port));
            send(greedy.getLast(), "GET /blocked HTTP/1.1\r\nHost: here\r\n\r\n".repeat(100));
        }
        Await.until("the page is being rendered", () -> begun.get() == 1);
        for (int i = 0; i < 20; i++) {
            assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
        }
        assertThat(begun).hasValue(1);
        assertThat(threads).containsExactlyInAnyOrder("probe in " + AdminServer.PROBES_THREAD, "page in cachee-pages");
        unblocked.countDown();
        for (Socket socket : greedy) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    @Test
    void aConnectionHasOneRequestUnderWay() throws Exception {
        int port = listen(new AdminServer(FOR_EVER_MILLIS));
        Socket socket = connect(port);
        send(socket, "GET /blocked HTTP/1.1\r\n\r\n" + request("GET /count"));
        Await.until("the page is being rendered", () -> begun.get() == 1);
        assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
        assertThat(counted).hasValue(0);
        unblocked.countDown();
        assertThat(rest(socket)).contains("blocked no more").endsWith("\r\n\r\n1\n");
    }

    @Test
    void aBusyClientDoesNotCloseTheConnectionsOfOthers() throws Exception {
        int port = listen(new AdminServer(FOR_EVER_MILLIS));
        Socket probe = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName("127.0.0.2"), 0);
        probe.setSoTimeout(20_000);
        sockets.add(probe);
        for (int i = 0; i < 2 * AdminServer.MOST_CONNECTIONS; i++) {
            completeOne(connect(port));
        }
        send(probe, request("GET /page"));
        assertThat(rest(probe)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void otherPagesComeInTheFormatThatIsAskedFor() throws IOException {
        int port = listen(new AdminServer());
        assertThat(ask(port, request("GET /format"))).endsWith("open false\n");
        String accept = "Accept: application/openmetrics-text;version=1.0.0";
        String request = String.join("\r\n", "GET /format HTTP/1.1", accept, "Connection: close", "", "");
        assertThat(ask(port, request)).endsWith("open true\n");
    }

    @Test
    void whatIsMalformedIsRefusedWithItsStatus() throws IOException {
        int port = listen(new AdminServer());
        for (String path : List.of("/%zz", "/%", "/page%2", "/%z1", "/page%%")) {
            assertThat(ask(port, request("GET " + path))).as(path).startsWith("HTTP/1.1 400 ");
        }
        for (String start : List.of(
                "GET /page",
                "GET",
                "GET /page HTTP",
                "GET /page HTTP/x.y",
                "GET /page FTP/1.1",
                "/page",
                "\u0001\u0002 /page HTTP/1.1",
                "GET /page HTTP/1.1\r\nno header at all",
                "GET /page HTTP/1.1\r\nContent-Length: many",
                "GET /page HTTP/1.1\r\nContent-Length: -1")) {
            assertThat(ask(port, start + "\r\n\r\n")).as(start).startsWith("HTTP/1.1 400 ");
        }
        assertThat(ask(port, "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 414 ");
        assertThat(ask(port, "GET /page HTTP/1.1\r\nA: " + "x".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(ask(port, request("GET /page"))).startsWith("HTTP/1.1 200 ");
    }
}
