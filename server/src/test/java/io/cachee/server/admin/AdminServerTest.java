package io.cachee.server.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Health and metrics over HTTP, and those who ask for something else. */
final class AdminServerTest {
    private static final Map<String, AdminServer.Page> PAGES = Map.of(
            "/livez", _ -> HttpReply.text(200, "ok\n"),
            "/broken",
                    _ -> {
                        throw new IllegalStateException("broken");
                    },
            "/accept", accept -> HttpReply.json(503, accept));

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String ask(int port, String request) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String request(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept: some/thing\r\n\r\n";
    }

    @Test
    void answersGetAndHeadAndNothingThatChanges() throws IOException {
        try (AdminServer server = new AdminServer()) {
            int port = server.listen("127.0.0.1", 0, PAGES);
            assertThat(ask(port, request("GET", "/livez?verbose")))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\nok\n");
            assertThat(ask(port, request("HEAD", "/livez")))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("content-length: 3")
                    .endsWith("\r\n\r\n");
            assertThat(ask(port, request("GET", "/accept")))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("some/thing");
            assertThat(ask(port, request("GET", "/nowhere"))).startsWith("HTTP/1.1 404 ");
            for (String method : new String[] {"POST", "PUT", "DELETE", "OPTIONS"}) {
                assertThat(ask(port, request(method, "/livez"))).startsWith("HTTP/1.1 405 ");
            }
        }
    }

    @Test
    void answersSeveralRequestsOnOneConnection() throws IOException {
        try (AdminServer server = new AdminServer()) {
            int port = server.listen("127.0.0.1", 0, PAGES);
            String keptOpen = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
            assertThat(ask(port, keptOpen + keptOpen + request("GET", "/livez")))
                    .containsPattern("(?s)ok\n.*ok\n.*ok\n");
        }
    }

    @Test
    void survivesBrokenPagesRubbishAndLargeRequests() throws IOException {
        try (AdminServer server = new AdminServer()) {
            int port = server.listen("127.0.0.1", 0, PAGES);
            assertThat(ask(port, request("GET", "/broken")))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("broken");
            assertThat(ask(port, "*1\r\n$4\r\nPING\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(port, "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\n\r\n"))
                    .doesNotContain("200");
            assertThat(ask(port, "POST /livez HTTP/1.1\r\nConnection: close\r\nContent-Length: 100000000\r\n\r\n"))
                    .startsWith("HTTP/1.1 413 ");
            assertThat(ask(port, request("GET", "/livez"))).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void boundsItsConnectionsAndServesAgainWhenTheyAreGone() throws IOException {
        try (AdminServer server = new AdminServer()) {
            int port = server.listen("127.0.0.1", 0, PAGES);
            List<Socket> crowd = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                crowd.add(connect(port));
            }
            try (Socket tooMany = connect(port)) {
                assertThat(tooMany.getInputStream().read()).isNegative();
            }
            for (Socket socket : crowd) {
                socket.shutdownOutput();
                assertThat(socket.getInputStream().read()).isNegative();
                socket.close();
            }
            assertThat(ask(port, request("GET", "/livez"))).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void namesTheAddressThatIsTaken() throws IOException {
        try (AdminServer first = new AdminServer();
                AdminServer second = new AdminServer()) {
            int port = first.listen("127.0.0.1", 0, PAGES);
            assertThatThrownBy(() -> second.listen("127.0.0.1", port, PAGES))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void tellsWhatIsWrongInJsonThatCanBeParsed() {
        Health sick = new Health("a \"quoted\" \\ problem\nin two lines", true, 1, 2 << 20, 3 << 20, 0.5, 7);
        assertThat(sick.status()).isEqualTo("failed");
        assertThat(sick.json()).contains("\"status\": \"failed\"").doesNotContain("\n in", "problem\nin");
        Health stopping = new Health("", false, 1, 2, 3, 0.5, 7);
        assertThat(stopping.status()).isEqualTo("not ready");
        assertThat(stopping.json()).doesNotContain("problem");
    }
}
