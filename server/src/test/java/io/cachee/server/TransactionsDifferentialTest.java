package io.cachee.server;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several commands as one step, and clients that interfere: what Redis replies. */
final class TransactionsDifferentialTest {
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
    void runsWhatWasQueued() throws Exception {
        twins.agree("""
            MULTI
            SET a 1
            GET a
            INCR a
            MGET a nothing
            b: GET a
            EXEC
            b: GET a
            MULTI
            EXEC
            MULTI
            SET a x
            INCR a
            SET b after
            EXEC
            GET b
            MULTI
            SET a queued
            DISCARD
            GET a
            EXEC
            DISCARD
            MULTI
            MULTI
            SET a 2
            EXEC
            EXEC x
            MULTI x
            MULTI
            BOGUS
            SET a 3
            EXEC
            GET a
            MULTI
            GET
            EXEC
            MULTI
            CLIENT BOGUS
            EXEC
            MULTI
            OBJECT ENCODING
            EXEC
            MULTI
            WATCH a
            EXEC
            MULTI
            UNWATCH
            PING
            ECHO x
            SELECT 1
            SET k db1
            SELECT 0
            EXISTS k
            EXEC
            MULTI
            SET a 1 NX XX
            RENAME nothing x
            COPY a c
            MSET x 1 y 2
            GETDEL x
            SET y z GET
            BITOP NOT r y
            SETEX y 0 v
            FLUSHDB
            DBSIZE
            EXEC
            ^ MULTI
            ^ CLIENT GETNAME
            ^ EXEC
            MULTI
            SET q 1
            RESET
            EXEC
            GET q
            b: MULTI
            b: SET q 1
            b: QUIT
            b: closed
            GET q
            ^ MULTI
            ^ SHUTDOWN
            ^ EXEC
            ^ MULTI
            ^ CLIENT REPLY BOGUS
            ^ EXEC
            """);
    }

    @Test
    void failsWhenWhatWasWatchedChanged() throws Exception {
        twins.agree("""
            SET k 1
            WATCH k
            b: SET k 2
            MULTI
            SET k mine
            EXEC
            GET k
            WATCH k
            MULTI
            SET k mine
            EXEC
            GET k
            WATCH k other
            b: SET other 1
            MULTI
            PING
            EXEC
            WATCH k
            b: SET k 3
            UNWATCH
            MULTI
            PING
            EXEC
            WATCH k
            b: SET k 4
            MULTI
            DISCARD
            MULTI
            PING
            EXEC
            WATCH k
            SET k own
            MULTI
            PING
            EXEC
            WATCH k
            b: DEL k
            MULTI
            PING
            EXEC
            WATCH nothing
            b: SET nothing x
            b: DEL nothing
            MULTI
            PING
            EXEC
            WATCH nothing
            b: DEL nothing
            MULTI
            PING
            EXEC
            SET k v
            WATCH k
            b: EXPIRE k 100
            MULTI
            PING
            EXEC
            WATCH k
            b: FLUSHALL
            MULTI
            PING
            EXEC
            SET k v
            SET l w
            WATCH k
            b: RENAME l k
            MULTI
            PING
            EXEC
            WATCH k
            b: SELECT 1
            b: SET k elsewhere
            MULTI
            PING
            EXEC
            WATCH k
            b: SELECT 0
            b: APPEND k more
            MULTI
            PING
            EXEC
            WATCH k
            b: APPEND k ""
            b: GET k
            b: STRLEN k
            b: TTL k
            b: SETNX k other
            MULTI
            PING
            EXEC
            WATCH k
            b: PERSIST k
            MULTI
            PING
            EXEC
            WATCH k
            MULTI
            BOGUS
            EXEC
            b: SET k after
            MULTI
            PING
            EXEC
            WATCH k k k
            b: SWAPDB 0 1
            MULTI
            PING
            EXEC
            WATCH
            UNWATCH x
            """);
    }
}
