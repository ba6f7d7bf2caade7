package io.cachee.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server that this machine can run: one of the PATH, or the older one that a dependency brings along.
 * {@code -Dcachee.path} stands in for the PATH.
 *
 * @param path where it is
 * @param version such as 7.0.15
 */
public record RedisProgram(Path path, String version) {
    private static final Pattern SAID = Pattern.compile("v=(\\d+\\.\\d+\\.\\S+)");
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");
    private static @Nullable Path unpacked;

    /** A redis-server 6.2 or newer; null if there is none for this platform. */
    public static @Nullable RedisProgram find() throws IOException {
        return find(found -> found.isAtLeast(6, 2));
    }

    /** A redis-server of the version that Cachee imitates, or else the one of the dependency. */
    public static @Nullable RedisProgram claimed() throws IOException {
        return find(RedisProgram::isTheOneClaimed);
    }

    /** The first of the PATH that will do, or else the one of the dependency, which may not. */
    public static @Nullable RedisProgram find(Predicate<RedisProgram> willDo) throws IOException {
        String folders = System.getProperty("cachee.path", System.getenv().getOrDefault("PATH", ""));
        for (String folder : folders.split(File.pathSeparator, -1)) {
            Path path = Path.of(folder, "redis-server");
            if (Files.isExecutable(path)) {
                RedisProgram found = of(path);
                if (willDo.test(found)) {
                    return found;
                }
            }
        }
        Path own = fromTheDependency();
        return own == null ? null : of(own);
    }

    private static RedisProgram of(Path path) throws IOException {
        Matcher matcher = SAID.matcher(said(path, "--version"));
        return new RedisProgram(path, matcher.find() ? matcher.group(1) : "0");
    }

    private static synchronized @Nullable Path fromTheDependency() throws IOException {
        if (unpacked != null) {
            return unpacked;
        }
        boolean isArm = System.getProperty("os.arch", "").equals("aarch64");
        String resource = isArm ? "/redis-server-6.2.7-linux-arm64" : "/redis-server-6.2.6-v5-linux-amd64";
        try (InputStream in = RedisProgram.class.getResourceAsStream(resource)) {
            if (in == null || !System.getProperty("os.name", "").equals("Linux")) {
                return null;
            }
            Path path = Files.createTempFile("redis-server", "");
            path.toFile().deleteOnExit();
            Files.write(path, in.readAllBytes());
            unpacked = path.toFile().setExecutable(true) ? path : null;
            return unpacked;
        }
    }

    /** Whether it is of the version that Cachee imitates. */
    public boolean isTheOneClaimed() {
        return version.startsWith("7.0.");
    }

    public boolean isAtLeast(int major, int minor) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return false;
        }
        int ownMajor = Integer.parseInt(matcher.group(1));
        return ownMajor > major || (ownMajor == major && Integer.parseInt(matcher.group(2)) >= minor);
    }

    /** Whether it was built with TLS: given two wrong settings, it reports the first that it does not know. */
    public boolean hasTls() throws IOException {
        return !said(path, "--port", "0", "--tls-port", "0", "--no-such-setting", "1")
                .contains("'tls-port");
    }

    /** Its output, when it ends by itself. */
    private static String said(Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Process asked = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            asked.destroyForcibly();
        }
    }
}
