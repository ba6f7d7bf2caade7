package io.cachee.server;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static RespValue comparable(List<String> command, RespValue reply) {
        if (command.getFirst().equals("OBJECT") && !reply.isNull()) {
            return RespValue.of('$', "encoded");
        }
        boolean isTime = command.getFirst().equals("TTL") || command.getFirst().equals("EXPIRETIME");
        if (isTime && reply.number() > 0) {
            return RespValue.of(':', String.valueOf(Math.round(reply.number() / 200.0)));
        }
        return command.getFirst().equals("KEYS") ? reply.sorted() : reply;
    }

    @Test
    void repliesAsRedisDoes() throws Exception {
        RealRedis real = RealRedis.shared();
        if (real == null || !real.isTheOneClaimed()) {
            return;
        }
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
                for (int j = 0; j < BATCH; j++) {
                    batch.add(commands.next());
                }
                RandomCommands.KEYS.forEach(key -> batch.add(List.of("GET", key)));
                for (List<String> command : batch) {
                    ours.send(command.toArray());
                    theirs.send(command.toArray());
                }
                for (List<String> command : batch) {
                    asked.add(command);
                    RespValue our = comparable(command, ours.reply());
                    RespValue their = comparable(command, theirs.reply());
                    assertThat(our)
                            .as(() ->
                                    "seed " + seed + ", command " + asked.size() + ", after " + lastOf(asked, command))
                            .isEqualTo(their);
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
