package io.cachee.server.net;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** redis-py and node-redis, where they can be had; where not, it is said. */
final class ScriptClients {
    private static final String NODE_REDIS = "redis@5.12.1";

    private ScriptClients() {}

    /** A Python that has redis-py. */
    static @Nullable String python() throws Exception {
        String python = Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
        if (Tool.isAbsent("python3")) {
            return null;
        }
        boolean there = new ProcessBuilder(python, "-c", "import redis")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
        if (!there) {
            System.out.println("there is no redis-py here; nothing is tried with it");
        }
        return there ? python : null;
    }

    /** A folder from which scripts of node find node-redis. */
    static @Nullable Path nodeModules() throws Exception {
        if (Tool.isAbsent("npm") || Tool.isAbsent("node")) {
            return null;
        }
        Path modules = Path.of("target", "node-redis").toAbsolutePath();
        String[] install = {"npm", "install", "--no-audit", "--no-fund", "--prefix", modules.toString(), NODE_REDIS};
        if (!Files.isDirectory(modules.resolve("node_modules/redis")) && !Tool.succeeds(install)) {
            System.out.println("node-redis cannot be installed here; nothing is tried with it");
            return null;
        }
        return modules;
    }
}
