package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values, keys and times beyond what is kept: an error or the nearest that can be kept, and nothing half done. */
final class CommandLimitsTest {
    private static final String TOO_LONG = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

    @SuppressWarnings("NullAway.Init")
    private TestSidecar sidecar;

    @SuppressWarnings("NullAway.Init")
    private RespClient client;

    @BeforeEach
    void start() throws Exception {
        sidecar = TestSidecar.start();
        client = sidecar.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        sidecar.close();
    }

    @Test
    void refusesAValueLargerThanTheLimit() throws Exception {
        int most = (int) sidecar.store().maxValueSize();
        client.call("SET", "k", "old");
        assertThat(client.call("SET", "k", new byte[most + 1]).string()).isEqualTo(TOO_LONG);
        assertThat(client.call("SET", "k", new byte[most + 1], "EX", 10).string())
                .isEqualTo(TOO_LONG);
        assertThat(client.call("GETSET", "k", new byte[most + 1]).string()).isEqualTo(TOO_LONG);
        assertThat(client.call("SETNX", "new", new byte[most + 1]).string()).isEqualTo(TOO_LONG);
        assertThat(client.call("MSET", "l", "v", "k", new byte[most + 1]).string())
                .isEqualTo(TOO_LONG);
        assertThat(client.call("APPEND", "k", new byte[most]).string()).isEqualTo(TOO_LONG);
        assertThat(client.call("SETRANGE", "k", most, "x").string()).isEqualTo(TOO_LONG);
        assertThat(client.call("SETRANGE", "k", 1L << 31, "x").string()).isEqualTo(TOO_LONG);
        assertThat(client.call("GET", "k").string()).isEqualTo("old");
        assertThat(client.call("EXISTS", "l", "new").number()).isZero();
    }

    @Test
    void refusesAKeyLargerThanTheLimit() throws Exception {
        byte[] key = new byte[(1 << 16) + 1];
        assertThat(client.call("SET", key, "v").string()).contains("larger than the limit");
        assertThat(client.call("GET", key).isError()).isTrue();
        assertThat(client.call("MSET", "a", "1", key, "v").isError()).isTrue();
        assertThat(client.call("EXISTS", "a").number()).isZero();
    }

    @Test
    void answersWithAnErrorAloneWhereTheReplyHadBegun() throws Exception {
        byte[] key = new byte[(1 << 16) + 1];
        assertThat(client.call("MGET", "a", key).string()).contains("larger than the limit");
        assertThat(client.call("PING").string()).isEqualTo("PONG");
    }

    /** Far longer than the store keeps, but not so long that Redis would refuse it. */
    @Test
    void keepsWithTheLongestTimeToLiveWhatShouldLiveLonger() throws Exception {
        long far = Long.MAX_VALUE - (1L << 50);
        assertThat(client.call("SET", "k", "v", "PX", far).string()).isEqualTo("OK");
        assertThat(client.call("PTTL", "k").number()).isGreaterThan(1L << 46);
        assertThat(client.call("PEXPIRE", "k", far).number()).isEqualTo(1);
        assertThat(client.call("PEXPIREAT", "k", Long.MAX_VALUE).number()).isEqualTo(1);
        assertThat(client.call("PEXPIREAT", "k", Long.MAX_VALUE, "GT").isError())
                .isFalse();
        assertThat(client.call("GETEX", "k", "PXAT", Long.MAX_VALUE).string()).isEqualTo("v");
        assertThat(client.call("SET", "k", "v", "EXAT", Long.MAX_VALUE / 1_000).string())
                .isEqualTo("OK");
        assertThat(client.call("RESTORE", "r", far, client.call("DUMP", "k").bytes())
                        .string())
                .isEqualTo("OK");
        assertThat(client.call("EXPIRETIME", "r").number()).isPositive();
        assertThat(client.call("GET", "k").string()).isEqualTo("v");
    }

    @Test
    void refusesSumsThatDoNotFitAndKeepsTheOldOne() throws Exception {
        client.call("SET", "n", Long.MAX_VALUE);
        assertThat(client.call("INCR", "n").string()).isEqualTo("ERR increment or decrement would overflow");
        assertThat(client.call("GET", "n").number()).isEqualTo(Long.MAX_VALUE);
        assertThat(client.call("INCRBYFLOAT", "n", "nan").isError()).isTrue();
        assertThat(client.call("INCRBYFLOAT", "n", "inf").isError()).isTrue();
        assertThat(client.call("INCRBYFLOAT", "n", "1e999999999").isError()).isTrue();
        assertThat(client.call("INCRBYFLOAT", "n", "1e-999999999").isError()).isTrue();
        assertThat(client.call("GET", "n").number()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void addsFractionsExactly() throws Exception {
        client.call("SET", "f", "1005.5");
        assertThat(client.call("INCRBYFLOAT", "f", "0.1").string()).isEqualTo("1005.6");
        assertThat(client.call("INCRBYFLOAT", "f", "1e20").string()).isEqualTo("100000000000000001005.6");
    }

    @Test
    void refusesASequenceThatWouldTakeTooMuchMemory() throws Exception {
        client.call("MSET", "a", "x".repeat(100_000), "b", "y".repeat(100_000));
        assertThat(client.call("LCS", "a", "b").string()).startsWith("ERR Insufficient memory");
    }
}
