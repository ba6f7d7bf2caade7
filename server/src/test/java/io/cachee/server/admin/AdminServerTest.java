package io.cachee.server.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    }

    private int listen(AdminServer server) throws IOException {
        servers.add(server);
        return server.listen(
                "127.0.0.1",
                0,
                Map.of("/page", accept -> HttpReply.text(200, "page for " + accept + "\n"), "/broken", _ -> {
                    throw new IllegalStateException("out of order");
                }));
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
                .contains("content-type: text/plain; charset=utf-8\r\n", "content-length: 10\r\n")
                .contains("cache-control: no-store\r\n")
                .endsWith("\r\n\r\npage for \n");
        assertThat(ask(port, request("HEAD /page")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("content-length: 10\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void keepsAConnectionForTheNextRequest() throws IOException {
        int port = listen(new AdminServer());
        String answers = ask(port, "GET /page HTTP/1.1\r\nHost: here\r\n\r\n".repeat(2) + request("GET /page"));
        assertThat(answers.split("page for", -1)).hasSize(4);
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
        while (!answer.toString().endsWith("page for \n")) {
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
            assertThatThrownBy(() -> second.listen("127.0.0.1", port, Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen at 127.0.0.1:" + port);
        }
    }
}
