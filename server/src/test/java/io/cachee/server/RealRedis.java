package io.cachee.server;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server to compare with: that of the PATH when it is a 7.0, whose replies are the ones claimed, or else the
 * older one that a test dependency brings along. {@code -Dcachee.path} stands in for the PATH. It ends with the tests.
 */
public final class RealRedis {
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)\\.(\\S+)");
    private static @Nullable RealRedis shared;

    private final Process process;
    private final int port;
    private final String version;

    private RealRedis(Process process, int port, String version) {
        this.process = process;
        this.port = port;
        this.version = version;
    }

    /** One for all tests of this process; null, and a line that says so, where none can be had. */
    public static synchronized @Nullable RealRedis shared() throws Exception {
        if (shared == null) {
            Program program = program();
            if (program == null) {
                System.out.println("RealRedis: there is no redis-server for this platform; nothing is compared");
                return null;
            }
            shared = start(program);
            System.out.println("RealRedis: comparing with Redis " + shared.version);
        }
        return shared;
    }

    private record Program(Path path, String version) {}

    private static @Nullable Program program() throws Exception {
        String folders = System.getProperty("cachee.path", System.getenv().getOrDefault("PATH", ""));
        for (String folder : folders.split(File.pathSeparator, -1)) {
            Path path = Path.of(folder, "redis-server");
            if (Files.isExecutable(path)) {
                String version = versionOf(path);
                if (version.startsWith("7.0.")) {
                    return new Program(path, version);
                }
            }
        }
        Path own = fromTheDependency();
        return own == null ? null : new Program(own, versionOf(own));
    }

    private static String versionOf(Path program) throws Exception {
        Process asked = new ProcessBuilder(program.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        asked.waitFor();
        Matcher matcher = VERSION.matcher(said);
        return matcher.find() ? matcher.group(1) + "." + matcher.group(2) + "." + matcher.group(3) : "0";
    }

    private static @Nullable Path fromTheDependency() throws IOException {
        boolean isArm = System.getProperty("os.arch", "").equals("aarch64");
        String resource = isArm ? "/redis-server-6.2.7-linux-arm64" : "/redis-server-6.2.6-v5-linux-amd64";
        try (InputStream in = RealRedis.class.getResourceAsStream(resource)) {
            if (in == null || !System.getProperty("os.name", "").equals("Linux")) {
                return null;
            }
            Path path = Files.createTempFile("redis-server", "");
            path.toFile().deleteOnExit();
            Files.write(path, in.readAllBytes());
            return path.toFile().setExecutable(true) ? path : null;
        }
    }

    private static RealRedis start(Program program) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(program.path.toString(), "--port", String.valueOf(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        command.addAll(List.of("--dir", System.getProperty("java.io.tmpdir", "/tmp"), "--loglevel", "warning"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        RealRedis started = new RealRedis(process, port, program.version);
        Await.until("redis-server answers", started::answers);
        return started;
    }

    private boolean answers() throws InterruptedException {
        if (process.waitFor(0, TimeUnit.SECONDS)) {
            throw new AssertionError("redis-server ended with " + process.exitValue());
        }
        try (RespClient client = connect()) {
            return client.call("PING").string().equals("PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    public String version() {
        return version;
    }

    /** Whether its replies are the ones that Cachee claims. */
    public boolean isTheOneClaimed() {
        return version.startsWith("7.0.");
    }

    public RespClient connect() throws IOException {
        return RespClient.connect(port);
    }
}
