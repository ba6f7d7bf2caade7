package io.cachee.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of a {@link RedisServerProcess}. */
public final class RedisServerOptions {
    @Nullable
    RedisProgram program;

    int port;
    boolean socket;
    String password = "";

    @Nullable
    Certificates certificates;

    String certificate = "";
    final List<String> arguments = new ArrayList<>();

    private RedisServerOptions() {}

    /** A server on a free port, without a password, that keeps nothing on disk. */
    public static RedisServerOptions defaults() {
        return new RedisServerOptions();
    }

    RedisServerOptions copy() {
        RedisServerOptions copy = new RedisServerOptions();
        copy.program = program;
        copy.port = port;
        copy.socket = socket;
        copy.password = password;
        copy.certificates = certificates;
        copy.certificate = certificate;
        copy.arguments.addAll(arguments);
        return copy;
    }

    /** The redis-server to run; {@link RedisProgram#find()} by default. */
    public RedisServerOptions program(RedisProgram chosen) {
        this.program = chosen;
        return this;
    }

    /** The port to listen to; a free one by default. */
    public RedisServerOptions port(int number) {
        this.port = number;
        return this;
    }

    /** Also listens on a Unix socket, in a folder of its own. */
    public RedisServerOptions socket() {
        this.socket = true;
        return this;
    }

    /** Requires this password from clients, and uses it to log in to a primary. */
    public RedisServerOptions password(String secret) {
        this.password = secret;
        return this;
    }

    /**
     * Listens to a second port with TLS. Clients need no certificate; {@code --tls-auth-clients yes} changes that.
     *
     * @param name of the certificate, which must have been made
     */
    public RedisServerOptions tls(Certificates made, String name) {
        this.certificates = made;
        this.certificate = name;
        return this;
    }

    /** More arguments, such as {@code "--maxmemory", "1mb"}. They come last and override the others. */
    public RedisServerOptions arguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }
}
