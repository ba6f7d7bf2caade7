package io.cachee.server;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When keys expire: what Redis replies. */
final class ExpiryDifferentialTest {
    @SuppressWarnings("NullAway.Init")
    private Twins twins;

    @BeforeEach
    void start() throws Exception {
        twins = Twins.start();
    }

    @AfterEach
    void stop() {
        twins.close();
    }

    @Test
    void expires() throws Exception {
        for (String command : List.of("EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT")) {
            String far = command.endsWith("AT") ? command.startsWith("P") ? "99999999998000" : "99999999998" : "100000";
            String farther =
                    command.endsWith("AT") ? command.startsWith("P") ? "99999999999000" : "99999999999" : "200000";
            twins.agree(
                    """
                    SET k v
                    EXPIRE k FAR
                    ~ PTTL k
                    ~ TTL k
                    EXPIRE nothing FAR
                    EXPIRE k FAR NX
                    EXPIRE k FARTHER XX
                    ~ PTTL k
                    EXPIRE k FAR GT
                    EXPIRE k FAR LT
                    ~ PTTL k
                    EXPIRE k FARTHER GT
                    ~ PTTL k
                    EXPIRE k FARTHER LT
                    EXPIRE k FAR NX XX
                    EXPIRE k FAR NX GT
                    EXPIRE k FAR LT NX
                    EXPIRE k FAR GT LT
                    EXPIRE k FAR XX GT
                    EXPIRE k FAR XX LT
                    EXPIRE k FAR LT LT
                    EXPIRE k FAR BOGUS
                    EXPIRE k FAR NX BOGUS
                    EXPIRE k abc
                    EXPIRE k abc BOGUS
                    EXPIRE k 1.5
                    EXPIRE k ""
                    EXPIRE k 9223372036854775807
                    EXPIRE nothing 9223372036854775807
                    EXPIRE k -9223372036854775808 GT
                    EXISTS k
                    EXPIRE k 9223372036854775808
                    EXPIRE k 9223372036854776
                    EXPIRE k
                    EXPIRE
                    PERSIST k
                    TTL k
                    EXPIRE k FAR XX
                    EXPIRE k FAR GT
                    TTL k
                    EXPIRE k FAR LT
                    ~ TTL k
                    PERSIST k
                    PERSIST k
                    PERSIST nothing
                    PERSIST
                    EXPIRE k -1 XX
                    EXPIRE k -1 GT
                    EXISTS k
                    EXPIRE k -1 NX
                    EXISTS k
                    SET k v
                    EXPIRE k 0
                    EXISTS k
                    SET k v
                    EXPIRE k -1
                    EXISTS k
                    SET k v
                    EXPIRE k -1 LT
                    EXISTS k
                    SET k v
                    EXPIRE k -9223372036854775808
                    EXISTS k
                    EXPIRE k -9223372036854775
                    """.replace("EXPIRE", command).replace("FARTHER", farther).replace("FAR", far));
        }
    }

    @Test
    void tellsWhenKeysExpire() throws Exception {
        twins.agree("""
            SET k v
            TTL k
            PTTL k
            EXPIRETIME k
            PEXPIRETIME k
            TTL nothing
            PTTL nothing
            EXPIRETIME nothing
            PEXPIRETIME nothing
            EXPIREAT k 33177117420
            EXPIRETIME k
            ~ PEXPIRETIME k
            PEXPIREAT k 33177117420400
            EXPIRETIME k
            PEXPIRE k 1500900
            TTL k
            PEXPIRE k 1500200
            TTL k
            TTL
            TTL a b
            EXPIRETIME
            SET k v
            TTL k
            SET k v PX 400000
            GETSET k w
            TTL k
            """);
    }
}
