package io.cachee.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server of this machine's, in a folder of its own. It can be killed, suspended and started again on the same
 * port; it ends, and its folder goes, when it is closed or else with the JVM.
 */
public final class RedisServerProcess implements AutoCloseable {
    private static final int PORTS_TRIED_MAX = 5;
    private static final int LOG_CHARS_MAX = 4_000;
    private static final String HOST = "127.0.0.1";

    private final RedisServerOptions options;
    private final RedisProgram program;
    private final Path folder;
    private final int port;
    private final int tlsPort;
    private final List<String> command;
    private @Nullable Process process;
    private boolean closed;

    private RedisServerProcess(RedisServerOptions options, RedisProgram program, int port, List<String> sentinel)
            throws IOException {
        this.options = options;
        this.program = program;
        this.port = port;
        this.folder = Files.createTempDirectory("cachee-redis");
        this.tlsPort = options.certificates == null ? 0 : FreePorts.next();
        this.command = sentinel.isEmpty() ? serverCommand() : sentinelCommand(sentinel);
    }

    /** Starts a server with the defaults and these arguments. */
    public static RedisServerProcess start(String... arguments) throws Exception {
        return start(RedisServerOptions.defaults().arguments(arguments));
    }

    /** Starts a server, and returns when it answers. */
    public static RedisServerProcess start(RedisServerOptions options) throws Exception {
        return start(options, List.of());
    }

    /** A server that keeps watch over others; the lines are its configuration, to which it adds what it learns. */
    static RedisServerProcess startSentinel(RedisServerOptions options, List<String> lines) throws Exception {
        return start(options, lines);
    }

    private static RedisServerProcess start(RedisServerOptions wanted, List<String> sentinel) throws Exception {
        RedisServerOptions options = wanted.copy();
        RedisProgram program = options.program == null ? RedisProgram.find() : options.program;
        if (program == null) {
            throw new IllegalStateException("there is no redis-server for this platform");
        }
        for (int i = 1; ; i++) {
            int port = options.port == 0 ? FreePorts.next() : options.port;
            RedisServerProcess started = new RedisServerProcess(options, program, port, sentinel);
            try {
                started.launch();
                return started;
            } catch (Exception | AssertionError failed) {
                boolean wasTaken = started.log().contains("in use");
                started.close();
                if (!wasTaken || options.port != 0 || i == PORTS_TRIED_MAX) {
                    throw failed;
                }
            }
        }
    }

    private List<String> serverCommand() {
        List<String> words = new ArrayList<>(List.of(program.path().toString()));
        words.addAll(List.of("--port", String.valueOf(port), "--bind", HOST, "--save", "", "--appendonly", "no"));
        words.addAll(List.of("--dir", folder.toString(), "--loglevel", "notice"));
        if (options.socket) {
            words.addAll(List.of("--unixsocket", socketPath().toString()));
        }
        if (!options.password.isEmpty()) {
            words.addAll(List.of("--requirepass", options.password, "--masterauth", options.password));
        }
        Certificates certificates = options.certificates;
        if (certificates != null) {
            String name = options.certificate;
            words.addAll(List.of("--tls-port", String.valueOf(tlsPort), "--tls-auth-clients", "no"));
            words.addAll(
                    List.of("--tls-cert-file", certificates.certificate(name).toString()));
            words.addAll(List.of("--tls-key-file", certificates.key(name).toString()));
            words.addAll(
                    List.of("--tls-ca-cert-file", certificates.authority(name).toString()));
        }
        words.addAll(options.arguments);
        return words;
    }

    private List<String> sentinelCommand(List<String> lines) throws IOException {
        Path file = folder.resolve("sentinel.conf");
        List<String> all = new ArrayList<>(List.of("port " + port, "bind " + HOST, "dir " + folder));
        all.addAll(lines);
        Files.write(file, all);
        return List.of(program.path().toString(), file.toString(), "--sentinel");
    }

    private synchronized void launch() throws Exception {
        if (closed) {
            throw new IllegalStateException("redis-server at " + port + " is closed");
        }
        LeftoverProcesses.add(this);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                .start();
        Await.until("redis-server answers at " + port, this::answers);
    }

    private boolean answers() throws Exception {
        Process running = process;
        if (running == null || running.waitFor(0, TimeUnit.SECONDS)) {
            throw new AssertionError("redis-server ended: " + log());
        }
        try (RespClient client = RespClient.connect(port)) {
            return !client.call("PING").toString().startsWith("-LOADING");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Kills the server, like {@code kill -9}; {@link #restart} starts it again. */
    public synchronized void stop() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
            process = null;
        }
    }

    /** Kills the server if it runs, and starts it again on the same port with the same arguments. */
    public synchronized void restart() throws Exception {
        stop();
        launch();
    }

    /** Suspends the server: connections stay, and the system accepts more, but nothing is answered. */
    public void pause() throws IOException {
        signal("STOP");
    }

    /** Resumes the server after {@link #pause}. */
    public void resume() throws IOException {
        signal("CONT");
    }

    private synchronized void signal(String name) throws IOException {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("redis-server at " + port + " does not run");
        }
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + running.pid())
                .redirectErrorStream(true)
                .start();
        String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (kill.onExit().join().exitValue() != 0) {
            throw new IOException("kill -" + name + " failed: " + said);
        }
    }

    public synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    /** The TLS port; 0 without certificates. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Its Unix socket, if it has one. */
    public Path socketPath() {
        return folder.resolve("redis.sock");
    }

    public RedisProgram program() {
        return program;
    }

    /** The server's version, such as 7.0.15. */
    public String version() {
        return program.version();
    }

    /** The command line of the server, the program first. */
    public List<String> command() {
        return List.copyOf(command);
    }

    /** The end of its log. */
    public String log() throws IOException {
        if (!Files.exists(logFile())) {
            return "";
        }
        String all = Files.readString(logFile(), StandardCharsets.ISO_8859_1);
        return all.substring(Math.max(0, all.length() - LOG_CHARS_MAX));
    }

    private Path logFile() {
        return folder.resolve("log");
    }

    /** Connects a client over TCP, and logs in if there is a password. */
    public RespClient connect() throws IOException {
        RespClient client = RespClient.connect(port);
        if (!options.password.isEmpty()) {
            RespValue reply = client.call("AUTH", options.password);
            if (reply.isError()) {
                client.close();
                throw new IOException("AUTH: " + reply);
            }
        }
        return client;
    }

    /** The reply to one command on a connection of its own. */
    public RespValue call(Object... arguments) throws IOException {
        try (RespClient client = connect()) {
            return client.call(arguments);
        }
    }

    /** Kills it and removes its folder. */
    @Override
    public synchronized void close() {
        stop();
        closed = true;
        LeftoverProcesses.remove(this);
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    @Override
    public String toString() {
        return "redis-server " + version() + " at " + port;
    }
}
