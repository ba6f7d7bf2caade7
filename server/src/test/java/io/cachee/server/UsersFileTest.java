package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.server.engine.UsersFile;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ACL SAVE and ACL LOAD. */
final class UsersFileTest {
    private static final String HASH = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");
    private TestSidecar sidecar;
    private RespClient admin;

    @BeforeEach
    void start() throws Exception {
        sidecar = TestSidecar.start();
        admin = sidecar.connect();
        file = folder.resolve("users.acl");
        write("user app on #" + HASH + " ~app:* -@all +@hash +get\n");
        sidecar.shared().usersFile(new UsersFile(file, false));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        sidecar.close();
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void loadsWhatItHasSaved() throws Exception {
        assertThat(admin.ask("ACL LOAD")).hasToString("+OK");
        admin.ask("ACL SETUSER other on nopass %R~r:* &c (+set ~s:*) +select|1 -select|1");
        admin.ask("ACL SETUSER more off >geheim skip-sanitize-payload allkeys allchannels +@all -@dangerous +info");
        admin.ask("ACL SETUSER first +select|1");
        RespValue users = admin.ask("ACL LIST");
        assertThat(admin.ask("ACL SAVE")).hasToString("+OK");
        assertThat(Files.readString(file)).doesNotContain("geheim").contains("user app on #" + HASH);
        admin.ask("ACL DELUSER app other more");
        admin.ask("ACL SETUSER new on nopass");
        admin.ask("ACL SETUSER default -get");
        assertThat(admin.ask("ACL LOAD")).hasToString("+OK");
        assertThat(admin.ask("ACL LIST")).isEqualTo(users);
    }

    @Test
    void replacesTheFileInOneStepAndKeepsItsMode() throws Exception {
        for (String mode : List.of("rw-------", "rw-r-----")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            Object before = Files.getAttribute(file, "unix:ino");
            assertThat(admin.ask("ACL SAVE")).hasToString("+OK");
            assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(mode);
        }
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        sidecar.shared().usersFile(new UsersFile(link, false));
        admin.ask("ACL SETUSER other on");
        assertThat(admin.ask("ACL SAVE")).hasToString("+OK");
        assertThat(link).isSymbolicLink();
        assertThat(Files.readString(file)).contains("user other on");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, link);
        }
    }

    @Test
    void saysWhyItCannotSave() throws Exception {
        sidecar.shared().usersFile(new UsersFile(folder.resolve("absent/users"), false));
        assertThat(admin.ask("ACL SAVE").string())
                .startsWith("ERR There was an error")
                .contains("absent");
        sidecar.shared().usersFile(new UsersFile(file, true));
        assertThat(admin.ask("ACL SAVE").string()).contains("password comes from a flag");
    }

    @Test
    void loadsAllOrNothingAndNamesTheLine() throws Exception {
        RespValue users = admin.ask("ACL LIST");
        String good = "# users\n\nuser one on nopass +get\n";
        List<List<String>> wrong = List.of(
                List.of("user two on >geheim +nosuch", "line 4: rule '+nosuch': Unknown command"),
                List.of("user two on >geheim geheim", "line 4: rule '(redacted)': Syntax error"),
                List.of("user two on #geheim", "line 4: rule '#(redacted)': The password hash must"),
                List.of("user two on (+get geheim", "line 4: a selector without its closing parenthesis"),
                List.of("user two (+get geheim)", "line 4: rule '(redacted)': Syntax error"),
                List.of("geheim", "line 4: 'user NAME RULE ...' is expected"),
                List.of("user one on", "line 4: Duplicate user found."));
        for (List<String> one : wrong) {
            write(good + one.getFirst() + "\n");
            assertThat(admin.ask("ACL LOAD").string())
                    .startsWith("ERR " + file + ": " + one.getLast())
                    .endsWith("no change to the previously active ACL rules was performed")
                    .doesNotContain("geheim");
            assertThat(admin.ask("ACL LIST")).isEqualTo(users);
        }
        write(good);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(admin.ask("ACL LOAD").string()).contains("everybody may read or write it");
    }

    @Test
    void clientsOfUsersThatAreGoneAreDisconnectedAndOthersGetTheNewRules() throws Exception {
        admin.ask("ACL SETUSER app on nopass +@all ~*");
        admin.ask("ACL SETUSER gone on nopass +@all ~*");
        try (RespClient app = sidecar.connect();
                RespClient gone = sidecar.connect()) {
            app.ask("AUTH app x");
            gone.ask("AUTH gone x");
            assertThat(admin.ask("ACL LOAD")).hasToString("+OK");
            assertThat(gone.isClosedByServer()).isTrue();
            assertThat(app.ask("GET app:1")).hasToString("$nil");
            assertThat(app.ask("SET app:1 v").toString()).startsWith("-NOPERM");
            assertThat(admin.ask("SET k v")).hasToString("+OK");
        }
    }

    /** The file is written by a real server, and each side then judges in the same way. */
    @Test
    void loadsAFileThatRedisHasWritten() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
        Path theirs = Files.createFile(folder.resolve("redis.acl"));
        try (RedisServerProcess redis = RedisServerProcess.start(
                        RedisServerOptions.defaults().arguments("--aclfile", theirs.toString()));
                RespClient there = redis.connect()) {
            for (String line : List.of(
                    "ACL SETUSER a on >one >two ~a:* +@hash +hset -@admin",
                    "ACL SETUSER b off nopass allkeys allchannels +@all -@dangerous +config|get skip-sanitize-payload",
                    "ACL SETUSER c on %R~r:* %W~w:* &news (+get ~z:*) (+@list %RW~l:*) +select|0 +client -client|kill",
                    "ACL SETUSER d on >x +@all -keys -flushall ~* resetchannels",
                    "ACL SAVE")) {
                assertThat(there.ask(line)).as(line).hasToString("+OK");
            }
            write(Files.readString(theirs));
            assertThat(admin.ask("ACL LOAD")).hasToString("+OK");
            for (String user : List.of("a", "b", "c", "d")) {
                for (String request : List.of(
                        "HSET a:1 f v",
                        "HSET b:1 f v",
                        "GET a:1",
                        "GET z:1",
                        "SET z:1 v",
                        "GET r:1",
                        "LPUSH l:1 v",
                        "LPUSH w:1 v",
                        "SELECT 0",
                        "SELECT 1",
                        "CLIENT LIST",
                        "CLIENT KILL x",
                        "CONFIG GET x",
                        "CONFIG SET x y",
                        "KEYS *",
                        "PUBLISH news x",
                        "PUBLISH other x")) {
                    String line = "ACL DRYRUN " + user + " " + request;
                    assertThat(admin.ask(line).string())
                            .as(line)
                            .isEqualTo(there.ask(line).string());
                }
            }
            // And Redis loads what is written here.
            assertThat(admin.ask("ACL SAVE")).hasToString("+OK");
            Files.writeString(theirs, Files.readString(file));
            assertThat(there.ask("ACL LOAD")).hasToString("+OK");
        }
    }
}
