package io.cachee.server.net;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen, and with which event loops.
 *
 * @param bind addresses for TCP and TLS
 * @param port for TCP; 0 for any that is free, -1 for none
 * @param tls the TLS listener; null for none
 * @param socket the path of the Unix socket; empty for none
 * @param socketPermissions the mode of the Unix socket
 * @param protectedMode whether clients of other machines are refused while there is no password
 * @param loops the event loops
 */
public record ListenOptions(
        List<String> bind,
        int port,
        @Nullable TlsOptions tls,
        String socket,
        Set<PosixFilePermission> socketPermissions,
        boolean protectedMode,
        LoopOptions loops) {
    private static final Set<PosixFilePermission> OWNER_AND_GROUP = PosixFilePermissions.fromString("rw-rw----");

    /** Begins with a free TCP port on these addresses, no TLS, no Unix socket, and protected mode. */
    public static Builder on(List<String> addresses, LoopOptions loops) {
        return new Builder(addresses, loops);
    }

    /** Collects options. */
    public static final class Builder {
        private final List<String> bind;
        private final LoopOptions loops;
        private int port;
        private @Nullable TlsOptions tls;
        private String socket = "";
        private Set<PosixFilePermission> socketPermissions = OWNER_AND_GROUP;
        private boolean protectedMode = true;

        private Builder(List<String> bind, LoopOptions loops) {
            this.bind = bind;
            this.loops = loops;
        }

        /** For TCP; 0 for any that is free, -1 for none. */
        public Builder port(int wanted) {
            port = wanted;
            return this;
        }

        public Builder tls(@Nullable TlsOptions wanted) {
            tls = wanted;
            return this;
        }

        /** A Unix socket at this path, with the mode {@code rw-rw----}; none if the path is empty. */
        public Builder socket(String path) {
            socket = path;
            return this;
        }

        public Builder socketPermissions(Set<PosixFilePermission> mode) {
            socketPermissions = mode;
            return this;
        }

        public Builder protectedMode(boolean wanted) {
            protectedMode = wanted;
            return this;
        }

        public ListenOptions build() {
            return new ListenOptions(bind, port, tls, socket, socketPermissions, protectedMode, loops);
        }
    }
}
