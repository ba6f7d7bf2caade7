package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Thousands of commands drawn at random: the replies of Redis, byte for byte. */
final class RandomDifferentialTest {
    private static final int COMMANDS = Integer.getInteger("cachee.commands", 40_000);
    private static final int BATCH = Integer.getInteger("cachee.batch", 50);

    /** What OBJECT ENCODING says depends on how a value came to be in Redis. */
    private static RespValue comparable(List<String> command, RespValue reply, boolean exactly) {
        if (command.getFirst().equals("OBJECT") && !reply.isNull()) {
            return RespValue.of('$', "encoded");
        }
        if (reply.isError()) {
            // The words of an older server may be others.
            return exactly ? reply : RespValue.of('-', "error");
        }
        return command.getFirst().equals("KEYS") ? reply.sorted() : reply;
    }

    /** The two are not asked in the same instant, so seconds may differ. */
    private static boolean isSameTime(List<String> command, RespValue our, RespValue their) {
        boolean isTime = command.getFirst().equals("TTL") || command.getFirst().equals("EXPIRETIME");
        return isTime && our.number() > 0 && their.number() > 0 && Math.abs(our.number() - their.number()) <= 2;
    }

    /** Whether Redis does that, or does it right, since 7.0 alone. */
    private static boolean needsSeven(List<String> command) {
        boolean withCondition = command.getFirst().equals("EXPIRE") && command.size() > 3;
        boolean withUnit = command.contains("BIT") || command.contains("BYTE");
        boolean both = command.getFirst().equals("SET") && command.contains("NX") && command.contains("GET");
        boolean overflow = command.getFirst().equals("DECRBY") && command.contains("-9223372036854775808");
        boolean isNew = command.contains("LCS") || command.contains("EXPIRETIME");
        return withCondition || withUnit || both || overflow || isNew;
    }

    @Test
    void repliesAsRedisDoes() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null) {
            return;
        }
        boolean exactly = real.isTheOneClaimed();
        long seed = Long.getLong("cachee.seed", System.nanoTime());
        System.out.println("RandomDifferentialTest: seed " + seed + " (-Dcachee.seed=" + seed + ")");
        RandomCommands commands = new RandomCommands(new SplittableRandom(seed));
        try (TestSidecar sidecar = TestSidecar.start();
                RespClient ours = sidecar.connect();
                RespClient theirs = real.connect()) {
            theirs.call("CONFIG", "SET", "proto-max-bulk-len", sidecar.store().maxValueSize());
            for (RespClient client : List.of(ours, theirs)) {
                client.call("FLUSHALL");
                client.call("HELLO", 3);
            }
            List<List<String>> asked = new ArrayList<>();
            for (int i = 0; i < COMMANDS / BATCH; i++) {
                List<List<String>> batch = new ArrayList<>();
                while (batch.size() < BATCH) {
                    List<String> command = commands.next();
                    if (exactly || !needsSeven(command)) {
                        batch.add(command);
                    }
                }
                RandomCommands.KEYS.forEach(key -> batch.add(List.of("GET", key)));
                for (List<String> command : batch) {
                    ours.send(command.toArray());
                    theirs.send(command.toArray());
                }
                for (List<String> command : batch) {
                    asked.add(command);
                    RespValue our = comparable(command, ours.reply(), exactly);
                    RespValue their = comparable(command, theirs.reply(), exactly);
                    if (!isSameTime(command, our, their)) {
                        assertThat(our)
                                .as(() -> "seed " + seed + ", at " + asked.size() + ", " + lastOf(asked, command))
                                .isEqualTo(their);
                    }
                }
            }
        }
    }

    /** The commands before that had to do with the same keys. */
    private static Map<String, List<List<String>>> lastOf(List<List<String>> asked, List<String> command) {
        List<List<String>> related = asked.stream()
                .filter(before -> before.stream().anyMatch(word -> word.length() == 1 && command.contains(word)))
                .toList();
        return Map.of(String.join(" ", command), related.subList(Math.max(0, related.size() - 12), related.size()));
    }
}
