package io.cachee.server;

import io.cachee.testkit.RedisProgram;
import io.cachee.testkit.RedisServerOptions;
import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A redis-server to compare with: that of the PATH when it is a 7.0, whose replies are the ones claimed, or else the
 * older one that the test kit brings along. It ends with the tests.
 */
public final class RealRedis {
    private static @Nullable RealRedis shared;

    private final RedisServerProcess server;

    private RealRedis(RedisServerProcess server) {
        this.server = server;
    }

    /** One for all tests of this process; null, and a line that says so, where none can be had. */
    public static synchronized @Nullable RealRedis shared() throws Exception {
        if (shared == null) {
            RedisProgram program = RedisProgram.claimed();
            if (program == null) {
                System.out.println("RealRedis: there is no redis-server for this platform; nothing is compared");
                return null;
            }
            shared = new RealRedis(
                    RedisServerProcess.start(RedisServerOptions.defaults().program(program)));
            System.out.println("RealRedis: comparing with Redis " + program.version());
        }
        return shared;
    }

    public String version() {
        return server.version();
    }

    public int port() {
        return server.port();
    }

    /** Whether its replies are the ones that Cachee claims. */
    public boolean isTheOneClaimed() {
        return server.program().isTheOneClaimed();
    }

    public RespClient connect() throws IOException {
        return server.connect();
    }
}
