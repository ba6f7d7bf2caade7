package io.cachee.server.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.cachee.testkit.RespClient;
import io.cachee.testkit.RespValue;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Writes values that name the client and the key, and checks that it reads no others. Somebody else may empty the
 * database, so that there may be nothing at any time.
 */
final class TaggedClient implements Callable<Long> {
    private static final int MOST_TOGETHER = 20;
    private static final int KEYS = 5;

    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Step(byte[] request, Predicate<RespValue> isOwn) {}

    private final String name;
    private final int port;
    private final int deadlineMillis;
    private final Random random;
    private final BooleanSupplier goesOn;
    private final Queue<String> faults;
    private final Queue<String> errors;

    /**
     * @param faults gets replies that are not this client's, and replies that did not come
     * @param errors gets errors
     */
    TaggedClient(
            String name,
            int port,
            int deadlineMillis,
            BooleanSupplier goesOn,
            Queue<String> faults,
            Queue<String> errors) {
        this.name = name;
        this.port = port;
        this.deadlineMillis = deadlineMillis;
        this.random = new Random(name.hashCode());
        this.goesOn = goesOn;
        this.faults = faults;
        this.errors = errors;
    }

    /** Returns how many replies it has checked. */
    @Override
    public Long call() throws IOException {
        long checked = 0;
        while (goesOn.getAsBoolean()) {
            try (RespClient client = RespClient.connect(port, deadlineMillis)) {
                client.call("HELLO", random.nextBoolean() ? 3 : 2);
                while (goesOn.getAsBoolean()) {
                    checked += check(client);
                }
            } catch (SocketTimeoutException hung) {
                faults.add(name + " had no reply within " + deadlineMillis + " ms");
            } catch (IOException lost) {
                errors.add("connection lost: " + lost.getMessage());
            }
        }
        return checked;
    }

    private int check(RespClient client) throws IOException {
        List<Step> steps = new ArrayList<>();
        int count = random.nextBoolean() ? 1 : 1 + random.nextInt(MOST_TOGETHER);
        for (int i = 0; i < count; i++) {
            steps.add(step());
        }
        for (Step step : steps) {
            client.sendRaw(step.request);
        }
        for (Step step : steps) {
            RespValue reply = client.reply();
            if (reply.isError()) {
                errors.add(reply.string());
            } else if (!step.isOwn.test(reply)) {
                faults.add(name + " asked " + new String(step.request, ISO_8859_1).replace("\r\n", " ") + " and got "
                        + reply);
            }
        }
        return count;
    }

    private Step step() {
        String string = key("string");
        String hash = key("hash");
        String list = key("list");
        return switch (random.nextInt(8)) {
            case 0 -> step(reply -> reply.type() == '+' && reply.string().equals("OK"), "SET", string, value(string));
            case 1, 2 -> step(reply -> isOwn(reply, string), "GET", string);
            case 3 -> step(TaggedClient::isNumber, "HSET", hash, "f", value(hash));
            case 4 -> step(reply -> isOwn(reply, hash), "HGET", hash, "f");
            case 5 -> step(TaggedClient::isNumber, "RPUSH", list, value(list));
            case 6 -> step(reply -> isOwnList(reply, list), "LRANGE", list, "-3", "-1");
            default ->
                step(
                        reply -> reply.items().size() == 2
                                && isOwn(reply.item(0), string)
                                && isOwn(reply.item(1), key("string", 0)),
                        "MGET",
                        string,
                        key("string", 0));
        };
    }

    private static Step step(Predicate<RespValue> isOwn, Object... request) {
        return new Step(RespClient.encode(request), isOwn);
    }

    private String key(String kind) {
        return key(kind, random.nextInt(KEYS));
    }

    private String key(String kind, int number) {
        return "tagged:" + name + ":" + kind + number;
    }

    private String value(String key) {
        return key + "=" + random.nextInt();
    }

    private static boolean isNumber(RespValue reply) {
        return reply.type() == ':';
    }

    private static boolean isOwn(RespValue reply, String key) {
        return reply.isNull() || reply.type() == '$' && reply.string().startsWith(key + "=");
    }

    private static boolean isOwnList(RespValue reply, String key) {
        return reply.type() == '*' && reply.items().stream().allMatch(item -> !item.isNull() && isOwn(item, key));
    }
}
