package io.cachee.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code cachee start} as a process of its own, with the test's classes and ports that were free a moment ago. */
final class SidecarProcess implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int LIMIT_SECONDS = 30;

    private final Process process;
    private final Path log;
    private final int port;
    private final int healthPort;

    private SidecarProcess(Process process, Path log, int port, int healthPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.healthPort = healthPort;
    }

    /** Starts one, and does not wait until it is ready. */
    static SidecarProcess launch(Path directory, String... flags) throws IOException {
        return launch(directory, Map.of(), flags);
    }

    static SidecarProcess launch(Path directory, Map<String, String> environment, String... flags) throws IOException {
        return launch(directory, environment, List.of(), classPath(), flags);
    }

    /**
     * Starts one by way of another program.
     *
     * @param through that program and its arguments, or nothing
     * @param classes the class path
     */
    static SidecarProcess launch(
            Path directory, Map<String, String> environment, List<String> through, String classes, String... flags)
            throws IOException {
        int port;
        int healthPort;
        try (ServerSocket one = free();
                ServerSocket other = free()) {
            port = one.getLocalPort();
            healthPort = other.getLocalPort();
        }
        List<String> command = new ArrayList<>(through);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.allocator.type=pooled",
                "-Dio.netty.allocator.maxOrder=7",
                "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classes,
                "io.cachee.server.cli.Cachee",
                "start",
                "--port=" + port,
                "--health-port=" + healthPort,
                "--metrics-port=" + healthPort,
                "--admin-bind=127.0.0.1"));
        command.addAll(List.of(flags));
        if (List.of(flags).stream().noneMatch(flag -> flag.startsWith("--max-memory"))) {
            command.add("--max-memory=16mb");
        }
        Path log = Files.createTempFile(directory, "sidecar", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("CACHEE_"));
        builder.environment().putAll(environment);
        return new SidecarProcess(builder.start(), log, port, healthPort);
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Starts one and waits until it is ready. */
    static SidecarProcess start(Path directory, String... flags) throws Exception {
        return launch(directory, flags).awaitReady();
    }

    SidecarProcess awaitReady() throws Exception {
        Await.until("the sidecar is ready", () -> {
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue() + ": " + log());
            }
            return log().contains(" ready in ");
        });
        return this;
    }

    /** What it has said so far. */
    String log() throws IOException {
        return Files.readString(log, UTF_8);
    }

    int port() {
        return port;
    }

    RespClient connect() throws IOException {
        return RespClient.connect(port);
    }

    HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + healthPort + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Whether readiness probes find it ready: 503 or no answer at all is no. */
    boolean isReady() throws Exception {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    void terminate() {
        process.destroy();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Waits for its end; the exit code. */
    int exitCode() throws Exception {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still runs: " + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** That of the test, without the logging library of a client that is tested: Netty would log to it. */
    static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("slf4j"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
