package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connection, its client and the table of commands: what Redis replies. */
final class ConnectionDifferentialTest {
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
    void greets() throws Exception {
        twins.agree("""
            PING
            PING hello
            PING a b
            PING ""
            ECHO hello
            ECHO
            ECHO a b
            SELECT 1
            SELECT 0
            HELLO 1
            HELLO 4
            HELLO x
            HELLO 3 BOGUS
            HELLO 3 AUTH
            HELLO 3 AUTH default
            HELLO 3 SETNAME
            HELLO 3 SETNAME "a b"
            HELLO 3 AUTH nobody wrong
            ~ HELLO 3 AUTH default anything SETNAME me
            CLIENT GETNAME
            ~ HELLO 2 SETNAME other
            CLIENT GETNAME
            AUTH
            AUTH password
            AUTH default password
            AUTH nobody password
            AUTH a b c
            CLIENT TRACKINGINFO
            RESET
            CLIENT GETNAME
            GET nothing
            RESET x
            b: SELECT 3
            b: SET k three
            b: MULTI
            b: RESET
            b: GET k
            b: EXEC
            b: QUIT
            b: closed
            c: > QUIT
            c: <
            c: closed
            """);
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        twins.agree("""
            FOO
            FOO bar
            FOO bar "baz qux" 1 2 3
            "foo\\r\\nbar" "a\\r\\nb"
            "\\xff\\xfe"
            ""
            FOO LONG b c
            FOO 12345678901234567890 12345678901234567890 12345678901234567890 12345678901234567890 \
            12345678901234567890 12345678901234567890 12345678901234567890 x y
            fLONG bar
            CLIENT
            CLIENT BOGUS
            CLIENT BOGUS a b
            CLIENT ID x
            CLIENT GETNAME x
            CONFIG
            CONFIG BOGUS
            CONFIG GET
            CONFIG RESETSTAT x
            CONFIG REWRITE
            CONFIG SET maxclients 1 x
            CLIENT PAUSE 0 ALL x
            CLIENT UNBLOCK 1 ERROR x
            SET k v
            MEMORY USAGE k SAMPLES
            MEMORY USAGE k SAMPLES x
            MEMORY USAGE k SAMPLES -1
            MEMORY USAGE k BOGUS 1
            ~ MEMORY USAGE k SAMPLES 0 SAMPLES 5
            MEMORY USAGE nothing
            COMMAND BOGUS
            COMMAND COUNT x
            PUBSUB
            PUBSUB BOGUS
            PUBSUB NUMPAT x
            MEMORY
            MEMORY BOGUS
            MEMORY USAGE
            MEMORY USAGE nothing
            OBJECT BOGUS
            OBJECT "a\\r\\nb"
            SLOWLOG BOGUS
            SLOWLOG GET x
            SLOWLOG GET 1 2
            LATENCY BOGUS
            ACL BOGUS
            ACL CAT read x
            ACL GENPASS 0
            ACL GENPASS x
            ACL GENPASS 1 2
            ACL SAVE
            ACL LOAD
            ACL SAVE x
            ACL WHOAMI x
            ACL WHOAMI
            """);
    }

    @Test
    void namesAndListsClients() throws Exception {
        twins.agree("""
            CLIENT GETNAME
            CLIENT SETNAME me
            CLIENT GETNAME
            CLIENT SETNAME "with space"
            CLIENT SETNAME "new\\nline"
            CLIENT SETNAME ""
            CLIENT GETNAME
            CLIENT SETNAME
            ~ CLIENT ID
            ~ CLIENT INFO
            ~ CLIENT LIST
            ~ CLIENT LIST TYPE normal
            CLIENT LIST TYPE pubsub
            CLIENT LIST TYPE master
            CLIENT LIST TYPE replica
            CLIENT LIST TYPE bogus
            CLIENT LIST TYPE
            CLIENT LIST ID
            CLIENT LIST ID x
            CLIENT LIST ID 99999999
            CLIENT LIST ID -1
            CLIENT LIST BOGUS
            CLIENT LIST BOGUS x
            CLIENT NO-EVICT on
            CLIENT NO-EVICT OFF
            CLIENT NO-EVICT bogus
            CLIENT REPLY BOGUS
            CLIENT REPLY
            CLIENT REPLY ON
            > CLIENT REPLY SKIP
            > SET k not-answered
            GET k
            > CLIENT REPLY OFF
            > SET k silent
            > BOGUS
            > GET k
            CLIENT REPLY ON
            GET k
            CLIENT UNBLOCK 99999999
            CLIENT UNBLOCK x
            CLIENT UNBLOCK 99999999 BOGUS
            CLIENT UNBLOCK 99999999 ERROR
            CLIENT PAUSE x
            CLIENT PAUSE -1
            CLIENT PAUSE 1 BOGUS
            CLIENT PAUSE 100000 WRITE
            GET k
            CLIENT UNPAUSE
            CLIENT PAUSE 30 ALL
            GET k
            CLIENT PAUSE 100000 WRITE
            b: > SET k paused
            GET k
            CLIENT UNPAUSE
            b: <
            GET k
            """);
    }

    @Test
    void namesTheLastCommandOfAClientAsRedisDoes() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient looker = sidecar.connect();
                RespClient looked = sidecar.connect()) {
            assertThat(looker.call("CLIENT", "info").string()).contains(" cmd=client|info ");
            looked.call("CLIENT", "SETNAME", "looked");
            assertThat(looker.call("CLIENT", "LIST").string()).contains(" cmd=client|setname ", " cmd=client|list ");
            looked.call("GET", "k");
            assertThat(looker.call("CLIENT", "LIST").string()).contains(" cmd=get ", " cmd=client|list ");
        }
    }

    @Test
    void killsClients() throws Exception {
        twins.agree("""
            b: PING
            c: PING
            CLIENT KILL ID {id:b}
            b: closed
            CLIENT KILL ID {id:a}
            PING
            CLIENT KILL ID {id:a} SKIPME yes
            CLIENT KILL 1.2.3.4:5
            CLIENT KILL ADDR 1.2.3.4:5
            CLIENT KILL LADDR 1.2.3.4:5
            CLIENT KILL USER nobody
            CLIENT KILL TYPE bogus
            CLIENT KILL TYPE pubsub
            CLIENT KILL ID 0
            CLIENT KILL ID x
            CLIENT KILL ID
            CLIENT KILL
            CLIENT KILL BOGUS x
            CLIENT KILL SKIPME bogus
            CLIENT KILL SKIPME maybe ID 5
            CLIENT KILL ID 1 ID
            d: > SUBSCRIBE ch
            d: <
            CLIENT KILL TYPE pubsub
            d: closed
            CLIENT KILL ID {id:a} SKIPME no
            closed
            """);
    }

    @Test
    void tellsOfItsCommands() throws Exception {
        twins.agree("""
            COMMAND GETKEYS GET k
            COMMAND GETKEYS MSET a 1 b 2
            COMMAND GETKEYS SET k v NX
            COMMAND GETKEYS MGET a b c
            COMMAND GETKEYS DEL a
            COMMAND GETKEYS BITOP AND d a b
            COMMAND GETKEYS OBJECT ENCODING k
            COMMAND GETKEYS COPY a b DB 1
            COMMAND GETKEYS RENAME a b
            COMMAND GETKEYS LCS a b
            COMMAND GETKEYS PING
            COMMAND GETKEYS GET
            COMMAND GETKEYS BOGUS
            COMMAND GETKEYS BOGUS x
            COMMAND GETKEYS
            COMMAND INFO bogus
            COMMAND LIST FILTERBY BOGUS x
            COMMAND LIST FILTERBY PATTERN nothing*
            COMMAND LIST FILTERBY PATTERN getran*
            COMMAND LIST FILTERBY MODULE none
            COMMAND LIST BOGUS
            """);
    }
}
