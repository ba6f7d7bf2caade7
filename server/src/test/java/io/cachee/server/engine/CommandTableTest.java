package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.resp.ProtocolException;
import io.cachee.resp.Request;
import io.cachee.resp.RequestDecoder;
import io.cachee.resp.RespLimits;
import io.cachee.server.command.CommandFamilies;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CommandTableTest {
    private static final int CASE_BIT = 0x20;

    private final CommandTable table = CommandFamilies.rows().table();

    /** The command of a request whose name lies amid other bytes. */
    private @Nullable Command amidOthers(byte[] name) throws ProtocolException {
        String text = "*2\r\n$" + name.length + "\r\n" + new String(name, ISO_8859_1) + "\r\n$9\r\nsomething\r\n";
        byte[] bytes = text.getBytes(ISO_8859_1);
        RequestDecoder decoder = new RequestDecoder(new RespLimits(10, 1_000), false);
        assertThat(decoder.next(bytes, bytes.length)).isTrue();
        return table.find(decoder.request(), 0);
    }

    /** The command of a request that ends with the buffer. */
    private @Nullable Command atTheEnd(byte[] name) {
        return table.find(Request.of(name), 0);
    }

    private @Nullable Command expected(byte[] name) {
        return table.commands().stream()
                .filter(command -> !command.isSubcommand()
                        && command.name.equalsIgnoreCase(new String(name, US_ASCII))
                        && command.name.length() == name.length)
                .findFirst()
                .orElse(null);
    }

    private List<Command> topLevel() {
        return table.commands().stream()
                .filter(command -> !command.isSubcommand())
                .toList();
    }

    private void assertFoundAsExpected(byte[] name) throws ProtocolException {
        Command expected = expected(name);
        assertThat(amidOthers(name)).isSameAs(expected);
        assertThat(atTheEnd(name)).isSameAs(expected);
    }

    @Test
    void namesAreFoundInUpperAndLowerCase() throws ProtocolException {
        for (Command command : topLevel()) {
            byte[] mixed = command.name.getBytes(US_ASCII);
            mixed[0] = (byte) (mixed[0] - CASE_BIT);
            for (byte[] name : List.of(
                    mixed,
                    command.name.getBytes(US_ASCII),
                    command.upperCaseName().getBytes(US_ASCII))) {
                assertThat(amidOthers(name)).isSameAs(command);
                assertThat(atTheEnd(name)).isSameAs(command);
            }
        }
    }

    @Test
    void whatIsNearlyANameIsNone() throws ProtocolException {
        assertFoundAsExpected(new byte[0]);
        for (Command command : topLevel()) {
            byte[] name = command.name.getBytes(US_ASCII);
            assertFoundAsExpected(Arrays.copyOf(name, name.length - 1));
            assertFoundAsExpected(Arrays.copyOf(name, name.length + 1));
            for (int at = 0; at < name.length; at++) {
                for (int bit = 1; bit < 1 << Byte.SIZE; bit <<= 1) {
                    byte[] other = name.clone();
                    other[at] ^= (byte) bit;
                    assertFoundAsExpected(other);
                }
            }
        }
    }

    @Test
    void aContainerAcceptsItsBareNameOnlyWhereRedisDoes() {
        assertThat(named("command").accepts(1)).isTrue();
        assertThat(named("command").accepts(2)).isFalse();
        assertThat(named("client").accepts(1)).isFalse();
        assertThat(named("client").accepts(3)).isFalse();
        assertThat(named("command").misuse(Request.of("COMMAND".getBytes(US_ASCII))))
                .isNull();
        assertThat(named("client").misuse(Request.of("CLIENT".getBytes(US_ASCII))))
                .isEqualTo("ERR wrong number of arguments for 'client' command");
    }

    private Command named(String name) {
        return Objects.requireNonNull(table.named(name));
    }
}
