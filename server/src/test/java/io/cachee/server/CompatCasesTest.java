package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RedisProgram;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Cases of commands and their results that were written elsewhere, where they lie beside the repository; also before a
 * redis-server, which must not show.
 */
final class CompatCasesTest {
    private static final String CASES = "shared/compat/resp-cases-strings-keys.json";
    /** The cases of the version claimed; later ones are about commands that it does not have. */
    private static final int[] NEWEST = {7, 0, 0};

    private static @Nullable Path cases() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw"))) {
                Path found = folder.resolveSibling(CASES);
                return Files.exists(found) ? found : null;
            }
        }
        return null;
    }

    @Test
    void repliesAsTheCasesSay() throws Exception {
        Path path = cases();
        if (path == null) {
            System.out.println("CompatCasesTest: there is no ../" + CASES + "; no case was tried");
            return;
        }
        if (!Twins.BEFORE_L2) {
            try (TestSidecar sidecar = TestSidecar.start()) {
                tryAll(path, sidecar);
            }
            return;
        }
        RedisProgram program = RedisProgram.claimed();
        if (program == null || !program.isTheOneClaimed()) {
            System.out.println("CompatCasesTest: left out, for there is no redis-server whose replies are claimed");
            return;
        }
        try (RedisServerProcess l2 =
                        RedisServerProcess.start(RedisServerOptions.defaults().program(program));
                TestSidecar sidecar = TestSidecar.before("redis://127.0.0.1:" + l2.port())) {
            tryAll(path, sidecar);
        }
    }

    private static void tryAll(Path path, TestSidecar sidecar) throws IOException {
        List<?> cases = (List<?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(path));
        List<String> differences = new ArrayList<>();
        int tried = 0;
        for (Object each : cases) {
            Map<?, ?> one = (Map<?, ?>) each;
            boolean later = isLater(String.valueOf(one.get("since")));
            if (!later && !String.valueOf(one.get("tags")).contains("cluster")) {
                tried++;
                run(sidecar, one, differences);
            }
        }
        System.out.println("CompatCasesTest: " + tried + " of " + cases.size() + " cases tried");
        assertThat(differences).isEmpty();
        assertThat(tried).isPositive();
    }

    private static boolean isLater(String version) {
        String[] parts = version.split("\\.", -1);
        for (int i = 0; i < NEWEST.length; i++) {
            int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
            if (part != NEWEST[i]) {
                return part > NEWEST[i];
            }
        }
        return false;
    }

    private static List<?> list(Map<?, ?> one, String field) {
        return one.get(field) instanceof List<?> list ? list : List.of();
    }

    private static void run(TestSidecar sidecar, Map<?, ?> one, List<String> differences) throws IOException {
        try (RespClient client = sidecar.connect()) {
            client.call("FLUSHALL");
            List<?> commands = list(one, "command");
            List<?> results = list(one, "result");
            for (int i = 0; i < commands.size(); i++) {
                Object reply = plain(client.ask(String.valueOf(commands.get(i))));
                Object expected = results.get(i);
                if (!String.valueOf(reply).equals(String.valueOf(expected))) {
                    differences.add(one.get("name") + ": " + commands.get(i) + " gave " + reply + ", not " + expected);
                }
            }
        }
    }

    private static @Nullable Object plain(RespValue reply) {
        if (reply.isNull()) {
            return null;
        }
        return switch (reply.type()) {
            case '*' -> reply.items().stream().map(CompatCasesTest::plain).toList();
            case ':' -> reply.number();
            default -> reply.string();
        };
    }
}
