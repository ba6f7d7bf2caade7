package io.cachee.server;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels, and notifications of changes to keys: what Redis replies and sends. */
final class MessagesDifferentialTest {
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
    void publishes() throws Exception {
        twins.agree("""
            PUBLISH nobody hello
            b: > SUBSCRIBE one two
            b: <
            b: <
            PUBLISH one hello
            b: <
            PUBLISH two "\\x00\\r\\n"
            b: <
            PUBLISH three x
            b: > PSUBSCRIBE t* o?e
            b: <
            b: <
            PUBLISH one both
            b: <
            b: <
            PUBLISH three pattern
            b: <
            % PUBSUB CHANNELS
            PUBSUB CHANNELS o*
            PUBSUB CHANNELS nothing*
            PUBSUB NUMSUB one two three
            PUBSUB NUMSUB
            PUBSUB NUMPAT
            PUBSUB SHARDCHANNELS
            PUBSUB SHARDCHANNELS a*
            PUBSUB SHARDNUMSUB
            PUBSUB SHARDNUMSUB a b
            PUBSUB SHARDCHANNELS a b
            b: > SUBSCRIBE one
            b: <
            b: > UNSUBSCRIBE one
            b: <
            b: > UNSUBSCRIBE never
            b: <
            b: > PUNSUBSCRIBE t*
            b: <
            PUBLISH one pattern-only
            b: <
            b: > UNSUBSCRIBE
            b: <
            b: > PUNSUBSCRIBE
            b: <
            b: > UNSUBSCRIBE
            b: <
            b: > PUNSUBSCRIBE
            b: <
            PUBLISH one nobody
            b: SET back ok
            b: GET back
            PUBSUB NUMPAT
            PUBSUB CHANNELS
            SUBSCRIBE
            PSUBSCRIBE
            PUBLISH one
            PUBSUB CHANNELS a b
            """);
    }

    @Test
    void subscribersInTheOldProtocolMayDoLittle() throws Exception {
        twins.run("""
            > SUBSCRIBE c
            <
            GET k
            SET k v
            PUBLISH c x
            MULTI
            BOGUS
            GET
            PING
            PING hello
            PING a b
            HELLO 3
            CLIENT ID
            > RESET
            <
            GET k
            > SUBSCRIBE c
            <
            > QUIT
            <
            closed
            """, 2);
    }

    @Test
    void subscribersInTheNewProtocolMayDoAll() throws Exception {
        twins.run("""
            > SUBSCRIBE c
            <
            SET k v
            GET k
            PING
            PING hello
            PUBLISH c self
            <
            RESET
            GET k
            PUBLISH c gone
            """, 3);
    }

    @Test
    void subscribesWithinATransaction() throws Exception {
        twins.run("""
            MULTI
            PUBLISH c x
            PING
            EXEC
            b: > SUBSCRIBE c
            b: <
            MULTI
            PUBLISH c y
            PUBLISH c z
            EXEC
            b: <
            b: <
            """, 2);
    }

    /** Each command that writes, with all notifications on; then some of the classes alone. */
    @Test
    void notifiesOfEveryChange() throws Exception {
        String commands = """
            SET k v
            SET k v EX 100
            SET k v PX 100000
            SET k v EXAT 99999999999
            SET k v KEEPTTL
            SET k v GET
            SET k v NX
            SET nothing v XX
            SET k v PXAT 1
            SET k v PXAT 1 GET
            SETNX k v
            SETNX k v
            SETEX k 100 v
            PSETEX k 100000 v
            GETSET k w
            GETEX k
            GETEX k EX 100
            GETEX k PERSIST
            GETEX k PERSIST
            GETEX k PXAT 1
            MSET k 1 l 2
            MSETNX k 1 l 2
            MSETNX m 1 n 2
            APPEND k x
            APPEND k ""
            SETRANGE k 1 y
            SETRANGE k 1 ""
            SET n 1
            INCR n
            DECR n
            INCRBY n 5
            DECRBY n 5
            INCRBYFLOAT n 1.5
            SET s x
            INCR s
            GETDEL s
            GETDEL s
            SETBIT bits 3 1
            SETBIT bits 3 1
            BITOP NOT dest bits
            BITOP AND dest nothing
            BITOP AND dest nothing
            BITFIELD bits SET u8 0 1
            BITFIELD bits GET u8 0
            BITFIELD bits OVERFLOW FAIL INCRBY u2 0 9
            BITFIELD fresh OVERFLOW FAIL INCRBY u2 0 9
            DEL bits fresh nothing
            UNLINK k l
            SET k v
            EXPIRE k 100
            PEXPIRE k 100000
            EXPIREAT k 99999999999
            PEXPIREAT k 99999999999999
            EXPIRE k 100 NX
            EXPIRE nothing 100
            PERSIST k
            PERSIST k
            EXPIRE k -1
            SET k v
            PEXPIREAT k 1
            SET k v
            SET l w
            RENAME k k2
            RENAME k2 l
            RENAME l l
            RENAMENX l m
            RENAMENX l l
            RENAMENX l fresh
            COPY fresh copied
            COPY fresh copied
            COPY fresh copied REPLACE
            COPY fresh other DB 2
            MOVE fresh 3
            MOVE nothing 3
            TOUCH copied
            GET copied
            GET nothing
            MGET nothing copied
            RESTORE r 0 {dump:copied}
            RESTORE r 100000 {dump:copied} REPLACE
            RESTORE r 1 {dump:copied} REPLACE ABSTTL
            SWAPDB 0 1
            SWAPDB 0 1
            FLUSHDB
            FLUSHALL
            MULTI
            SET k v
            DEL k
            EXEC
            """;
        String[] all = {"KEA", "K$", "Eg", "E$g", "Kx", "Et", "", "A", "KEAm", "KEm"};
        // Before an L2, loads miss keys, not clients.
        int count = Twins.BEFORE_L2 ? all.length - 2 : all.length;
        for (String events : Arrays.copyOf(all, count)) {
            StringBuilder script = new StringBuilder("CONFIG SET notify-keyspace-events \"" + events + "\"\n");
            script.append("CONFIG GET notify-keyspace-events\nb: > PSUBSCRIBE __key*\nb: <\n");
            commands.lines().forEach(line -> script.append(line).append("\nb: <<\n"));
            twins.run(script.toString(), 3);
        }
        twins.agree("""
            CONFIG SET notify-keyspace-events KEAx
            CONFIG GET notify-keyspace-events
            CONFIG SET notify-keyspace-events bogus
            CONFIG SET notify-keyspace-events g$xeKmt
            CONFIG GET notify-keyspace-events
            CONFIG SET notify-keyspace-events ""
            CONFIG GET notify-keyspace-events
            """);
    }
}
