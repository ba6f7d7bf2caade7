package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.Await;
import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients that keep copies are told when keys change: what Redis tells them. */
final class TrackingDifferentialTest {
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
    void tellsThoseWhoHaveRead() throws Exception {
        twins.run("""
            MSET k 1 l 2 m 3
            CLIENT TRACKING on
            CLIENT TRACKINGINFO
            CLIENT GETREDIR
            GET k
            b: SET k 2
            <<
            b: SET k 3
            <<
            GET k
            b: SET unread 1
            <<
            MGET k l
            b: MSET k 4 l 5
            <<
            GET nothing
            b: SET nothing now
            <<
            EXISTS k
            b: DEL k
            <<
            STRLEN m
            b: APPEND m x
            <<
            TTL m
            b: EXPIRE m 100
            <<
            GET m
            b: EXPIRE m 100
            <<
            GET m
            b: PERSIST m
            <<
            GETRANGE m 0 1
            b: SETRANGE m 0 y
            <<
            TYPE m
            b: INCR m
            <<
            GET m
            b: RENAME m n
            <<
            GET n
            GET o
            b: COPY n o
            <<
            GET o
            b: MOVE o 1
            <<
            GET bits
            GETBIT bits 1
            BITCOUNT bits
            b: SETBIT bits 1 1
            <<
            GET k
            SET k own
            <<
            GET k
            b: FLUSHALL
            <<
            GET k
            b: FLUSHDB
            <<
            GET k
            MULTI
            GET l
            EXEC
            b: MSET k 1 l 1
            <<
            GET k
            CLIENT TRACKING off
            b: SET k 9
            <<
            CLIENT TRACKINGINFO
            CLIENT TRACKING on
            GET k
            RESET
            b: SET k 10
            """, 3);
    }

    @Test
    void tellsNobodyOfHisOwnChangesWithNoLoop() throws Exception {
        twins.run("""
            CLIENT TRACKING on NOLOOP
            CLIENT TRACKINGINFO
            GET k
            SET k 1
            <<
            GET k
            b: SET k 2
            <<
            CLIENT TRACKING off
            ^ CLIENT TRACKING on BCAST NOLOOP
            ^ SET k 3
            ^ <<
            ^ b: SET k 4
            ^ <<
            """, 3);
    }

    @Test
    void broadcastsUnderPrefixes() throws Exception {
        twins.close();
        twins = Twins.start("user:", "item:", "more:");
        twins.run("""
            CLIENT TRACKING on BCAST PREFIX user: PREFIX item:
            CLIENT TRACKINGINFO
            b: SET user:1 x
            <<
            b: SET other x
            <<
            b: MSET item:1 a user:2 b
            <<
            b: MSET user:7 a item:3 b user:10 c other d user:1 e item:2 f user:7 g
            <
            <
            b: MULTI
            b: SET user:9 a
            b: SET user:8 a
            b: DEL user:9
            b: EXEC
            <
            SET user:1 own
            <<
            b: DEL user:1
            <<
            b: DEL user:1
            <<
            b: EXPIRE user:2 100
            <<
            CLIENT TRACKING on BCAST PREFIX more:
            CLIENT TRACKINGINFO
            CLIENT TRACKING on BCAST PREFIX user:1
            CLIENT TRACKING on BCAST PREFIX u
            CLIENT TRACKING on
            CLIENT TRACKING off
            CLIENT TRACKING on BCAST PREFIX a PREFIX ab
            CLIENT TRACKING on PREFIX a
            ^ CLIENT TRACKING on BCAST
            ^ b: SET anything x
            ^ <<
            ^ b: FLUSHALL
            ^ <<
            """, 3);
    }

    @Test
    void remembersWhatClientsChoose() throws Exception {
        twins.run("""
            MSET k 1 l 1
            CLIENT TRACKING on OPTIN
            CLIENT TRACKINGINFO
            GET k
            b: SET k 2
            <<
            CLIENT CACHING YES
            CLIENT TRACKINGINFO
            GET k
            b: SET k 3
            <<
            CLIENT CACHING YES
            PING
            GET k
            b: SET k 4
            <<
            CLIENT CACHING YES
            MULTI
            GET k
            GET l
            EXEC
            b: MSET k 5 l 5
            <<
            CLIENT CACHING YES
            BOGUS
            GET k
            b: SET k 6
            <<
            CLIENT CACHING NO
            CLIENT CACHING BOGUS
            CLIENT TRACKING on OPTOUT
            CLIENT TRACKING on OPTIN OPTOUT
            CLIENT TRACKING off
            CLIENT TRACKING on OPTOUT
            CLIENT TRACKINGINFO
            GET k
            b: SET k 6
            <<
            CLIENT CACHING NO
            CLIENT TRACKINGINFO
            GET k
            b: SET k 7
            <<
            CLIENT CACHING YES
            CLIENT TRACKING on OPTIN
            CLIENT TRACKING off
            CLIENT CACHING YES
            CLIENT CACHING
            CLIENT TRACKING on
            CLIENT CACHING YES
            CLIENT CACHING NO
            CLIENT TRACKING off
            CLIENT TRACKING on BCAST OPTIN
            CLIENT TRACKING on BCAST OPTOUT
            CLIENT TRACKING bogus
            CLIENT TRACKING on BOGUS
            CLIENT TRACKING on REDIRECT
            CLIENT TRACKING on REDIRECT x
            CLIENT TRACKING on REDIRECT 99999999
            CLIENT TRACKING on PREFIX
            CLIENT TRACKING
            """, 3);
    }

    @Test
    void tellsAnotherClientInstead() throws Exception {
        String script = """
            c: > SUBSCRIBE __redis__:invalidate
            c: <
            CLIENT TRACKING on REDIRECT {id:c}
            GET k
            b: SET k 1
            c: <
            GET k
            SET k 2
            c: <
            GET k
            b: FLUSHALL
            c: <
            CLIENT TRACKING on REDIRECT {id:c}
            CLIENT TRACKING off
            CLIENT GETREDIR
            ^ CLIENT TRACKING on BCAST PREFIX x REDIRECT {id:c}
            ^ b: SET xa 1
            ^ c: <
            ^ b: SET y 1
            ^ b: SET xb 1
            ^ c: <
            ^ CLIENT TRACKING on BCAST PREFIX z REDIRECT {id:c} REDIRECT {id:c}
            """;
        twins.run(script, 2);
    }

    @Test
    void saysWhenTheOtherClientIsGone() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect();
                RespClient other = sidecar.connect()) {
            long id = other.call("CLIENT", "ID").number();
            client.call("HELLO", 3);
            client.call("CLIENT", "TRACKING", "ON", "REDIRECT", id);
            client.call("GET", "k");
            client.call("CLIENT", "KILL", "ID", id);
            assertThat(other.isClosedByServer()).isTrue();
            Await.until(
                    "the client is gone",
                    () -> client.call("CLIENT", "LIST", "ID", id).string().equals("txt:"));
            client.call("SET", "k", "v");
            assertThat(client.message().toString()).isEqualTo(">[$tracking-redir-broken, :" + id + "]");
            assertThat(client.call("CLIENT", "TRACKINGINFO").toString()).contains("$broken_redirect");
        }
    }

    /** Over its limit some key is forgotten, and those who have read it are told as if it had changed. */
    @Test
    void tellsOfKeysThatItForgets() throws Exception {
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient client = sidecar.connect()) {
            client.call("HELLO", 3);
            client.call("CONFIG", "SET", "tracking-table-max-keys", 100);
            client.call("CLIENT", "TRACKING", "ON");
            for (int i = 0; i < 250; i++) {
                client.call("GET", "key" + i);
            }
            List<String> told = new ArrayList<>();
            for (RespValue push : client.messages()) {
                assertThat(push.item(0).string()).isEqualTo("invalidate");
                push.item(1).items().forEach(key -> told.add(key.string()));
            }
            assertThat(told).hasSize(150).doesNotHaveDuplicates();
            for (int i = 0; i < 250; i++) {
                client.call("SET", "key" + i, "v");
            }
            for (RespValue push : client.messages()) {
                push.item(1).items().forEach(key -> told.add(key.string()));
            }
            assertThat(told).hasSize(250).doesNotHaveDuplicates();
        }
    }
}
