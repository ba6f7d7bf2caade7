package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sidecar as a cluster with strict rules runs it: by a user that no file of users knows, without capabilities, its
 * root read-only, with one volume that it may write. Only root can try that.
 */
class AnyUserTest {
    private static final int USER = 123_456;
    private static final String SECRET = "geheim-4711";
    private static final String READ_ONLY_ROOT = "mount --make-rprivate / && "
            + "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro / && shift && exec"
            + " \"$@\"";

    @TempDir
    private Path directory = Path.of("");

    private static boolean succeeds(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static boolean isPossible() throws IOException, InterruptedException {
        boolean possible = "root".equals(System.getProperty("user.name"))
                && succeeds(List.of("sh", "-c", "command -v setpriv"))
                && succeeds(List.of("setpriv", "--reuid=" + USER, "true"));
        if (!possible) {
            System.out.println("not root, or there is no setpriv: nothing is tried as another user");
        }
        return possible;
    }

    private Path folder(String name, String mode, int owner) throws IOException {
        Path folder = Files.createDirectory(directory.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
        Files.setAttribute(folder, "unix:uid", owner);
        return folder;
    }

    /** What the sidecar runs, where that user may read it. */
    private String copyOfClassPath() throws IOException {
        Path to = folder("classes", "rwxr-xr-x", 0);
        List<String> copies = new ArrayList<>();
        for (String entry : SidecarProcess.classPath().split(File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            if (Files.isRegularFile(from) && !entry.contains("test")) {
                copies.add(Files.copy(from, to.resolve(from.getFileName())).toString());
            } else if (Files.isDirectory(from)) {
                copies.add(copyOfFolder(from, to.resolve("folder" + copies.size())));
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static String copyOfFolder(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to.toString();
    }

    private static List<String> asUser(Path writable) throws IOException, InterruptedException {
        List<String> through = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", READ_ONLY_ROOT, "sh"));
        through.add(writable.toString());
        List<String> probe = new ArrayList<>(through);
        probe.addAll(List.of("sh", "-c", "! touch /probe"));
        if (!succeeds(probe)) {
            System.out.println("mounts may not be changed here: the root stays writable");
            through.clear();
        }
        through.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        through.addAll(List.of("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"));
        through.addAll(List.of("env", "HOME=/"));
        return through;
    }

    @Test
    void runsAsAnyUserOnAReadOnlyRoot() throws Exception {
        if (!isPossible()) {
            return;
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path run = folder("run", "rwx------", USER);
        Path nowhere = folder("nowhere", "r-xr-xr-x", 0);
        Path password = Files.writeString(directory.resolve("password"), SECRET + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("r--r-----"));
        Files.setAttribute(password, "unix:gid", USER);
        List<String> flags =
                List.of("--socket=" + run.resolve("c.sock"), "--shm=" + run, "--requirepass-file=" + password);
        String classes = copyOfClassPath();
        for (Path scratch : List.of(run, nowhere)) {
            Map<String, String> environment =
                    Map.of("JDK_JAVA_OPTIONS", "-XX:-UsePerfData -Djava.io.tmpdir=" + scratch);
            try (SidecarProcess sidecar = SidecarProcess.launch(
                            directory, environment, asUser(run), classes, flags.toArray(String[]::new))
                    .awaitReady()) {
                assertThat(Files.readString(Path.of("/proc", String.valueOf(sidecar.pid()), "status")))
                        .containsPattern("Uid:\\s+" + USER)
                        .containsPattern("CapEff:\\s+0+\n");
                expectService(sidecar, run.resolve("c.sock"));
                if (scratch.equals(nowhere)) {
                    assertThat(sidecar.log()).contains(" nio threads", " WARN there is no epoll");
                }
                sidecar.terminate();
                assertThat(sidecar.exitCode()).isZero();
                try (Stream<Path> left = Files.list(run)) {
                    assertThat(left.map(Path::toString)).noneMatch(name -> name.matches(".*(sock|shm)"));
                }
            }
        }
    }

    private static void expectService(SidecarProcess sidecar, Path socket) throws Exception {
        try (RespClient tcp = sidecar.connect();
                RespClient unix = RespClient.connect(socket)) {
            assertThat(tcp.call("AUTH", SECRET).string()).isEqualTo("OK");
            assertThat(unix.call("AUTH", SECRET).string()).isEqualTo("OK");
            assertThat(tcp.call("SET", "k", "v").string()).isEqualTo("OK");
            assertThat(unix.call("GET", "k").string()).isEqualTo("v");
        }
        assertThat(sidecar.isReady()).isTrue();
    }
}
