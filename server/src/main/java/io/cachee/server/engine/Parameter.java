package io.cachee.server.engine;

import io.cachee.server.config.OutputLimit;
import io.cachee.store.Eviction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A setting of CONFIG: its name, how to read it and, if it can change at run time, how to change it. */
public final class Parameter {
    /** Checks a value and returns the task that puts it into effect. */
    private interface Change {
        Runnable prepare(SharedState shared, String value);
    }

    private final String name;
    private final Function<SharedState, String> read;
    private final @Nullable Change change;

    public static final List<Parameter> ALL = List.of(
            fixed("bind", i -> i.options.bind()),
            fixed("port", i -> String.valueOf(i.options.port())),
            fixed("unixsocket", i -> i.options.socket()),
            fixed("databases", i -> String.valueOf(i.databases.count())),
            number(
                    "maxmemory",
                    i -> i.store.settings().maxBytes(),
                    0,
                    Long.MAX_VALUE,
                    (i, v) -> i.store.settings().maxBytes(v)),
            new Parameter("maxmemory-policy", i -> i.store.settings().eviction().redisName(), (i, v) -> {
                Eviction wanted = Eviction.named(v);
                return () -> i.store.settings().eviction(wanted);
            }),
            fixed("proto-max-bulk-len", i -> String.valueOf(i.store.maxValueSize())),
            fixed("save", _ -> ""),
            fixed("appendonly", _ -> "no"),
            fixed("cluster-enabled", _ -> "no"),
            fixed("lfu-log-factor", _ -> "10"),
            fixed("lfu-decay-time", _ -> "1"),
            fixed("lazyfree-lazy-user-del", _ -> "no"),
            fixed("hz", _ -> "250"),
            number(
                    "maxclients",
                    i -> i.tunables.maxClients,
                    1,
                    1_000_000,
                    (i, v) -> i.tunables.maxClients = (int) (long) v),
            number(
                    "timeout",
                    i -> i.tunables.timeoutSeconds,
                    0,
                    Integer.MAX_VALUE,
                    (i, v) -> i.tunables.timeoutSeconds = (int) (long) v),
            number(
                    "tcp-keepalive",
                    i -> i.tunables.tcpKeepaliveSeconds,
                    0,
                    Integer.MAX_VALUE,
                    (i, v) -> i.tunables.tcpKeepaliveSeconds = (int) (long) v),
            number(
                    "slowlog-log-slower-than",
                    i -> i.tunables.slowlogMicros,
                    -1,
                    Long.MAX_VALUE / 1_000,
                    (i, v) -> i.tunables.slowlogMicros = v),
            number(
                    "slowlog-max-len",
                    i -> i.tunables.slowlogMaxLength,
                    0,
                    100_000,
                    (i, v) -> i.tunables.slowlogMaxLength = (int) (long) v),
            number(
                    "acllog-max-len",
                    i -> i.tunables.aclLogMaxLength,
                    0,
                    100_000,
                    (i, v) -> i.tunables.aclLogMaxLength = (int) (long) v),
            number(
                    "latency-monitor-threshold",
                    i -> i.tunables.latencyThresholdMillis,
                    0,
                    Integer.MAX_VALUE,
                    (i, v) -> i.tunables.latencyThresholdMillis = v),
            number(
                    "tracking-table-max-keys",
                    i -> i.tunables.trackingTableMaxKeys,
                    1,
                    10_000_000,
                    (i, v) -> i.tunables.trackingTableMaxKeys = (int) (long) v),
            number(
                    "client-query-buffer-limit",
                    i -> i.tunables.queryBufferBytes,
                    1 << 20,
                    1 << 30,
                    (i, v) -> i.tunables.queryBufferBytes = (int) (long) v),
            new Parameter("notify-keyspace-events", Parameter::notifications, Parameter::changeNotifications),
            new Parameter("client-output-buffer-limit", Parameter::outputLimits, Parameter::changeOutputLimits),
            new Parameter("requirepass", _ -> "", (i, v) -> {
                List<String> rules = v.isEmpty() ? List.of("nopass") : List.of("resetpass", ">" + v);
                return () -> i.users.set(Users.DEFAULT, rules);
            }));

    private Parameter(String name, Function<SharedState, String> read, @Nullable Change change) {
        this.name = name;
        this.read = read;
        this.change = change;
    }

    private static Parameter fixed(String name, Function<SharedState, String> read) {
        return new Parameter(name, read, null);
    }

    private static Parameter number(
            String name,
            Function<SharedState, Number> read,
            long least,
            long most,
            BiConsumer<SharedState, Long> write) {
        return new Parameter(name, i -> read.apply(i).toString(), (i, v) -> {
            long number = parse(v);
            if (number < least || number > most) {
                throw new IllegalArgumentException("argument must be between " + least + " and " + most + " inclusive");
            }
            return () -> write.accept(i, number);
        });
    }

    private static long parse(String text) {
        try {
            return bytes(text);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("argument couldn't be parsed into an integer");
        }
    }

    /** A number, perhaps with a unit of Redis: kb means 1024 bytes, k means 1000. */
    private static long bytes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        long unit = 1;
        String digits = lower;
        String[] units = {"kb", "mb", "gb", "k", "m", "g", "b"};
        long[] sizes = {1L << 10, 1L << 20, 1L << 30, 1_000, 1_000_000, 1_000_000_000, 1};
        for (int i = 0; i < units.length; i++) {
            if (lower.endsWith(units[i])) {
                unit = sizes[i];
                digits = lower.substring(0, lower.length() - units[i].length());
                break;
            }
        }
        return Math.multiplyExact(Long.parseLong(digits), unit);
    }

    private static String notifications(SharedState shared) {
        return NotificationFlags.format(shared.keyChanges.notifications());
    }

    private static Runnable changeNotifications(SharedState shared, String value) {
        int flags = NotificationFlags.parse(value);
        return () -> shared.keyChanges.notifications(flags);
    }

    private static String outputLimits(SharedState shared) {
        return "normal " + shared.tunables.normalOutput + " slave 0 0 0 pubsub " + shared.tunables.pubSubOutput;
    }

    private static Runnable changeOutputLimits(SharedState shared, String value) {
        String[] words = value.trim().split("\\s+", -1);
        if (words.length % 4 != 0) {
            throw new IllegalArgumentException("Wrong number of arguments in buffer limit configuration.");
        }
        Runnable all = () -> {};
        for (int i = 0; i < words.length; i += 4) {
            OutputLimit limit = new OutputLimit(parse(words[i + 1]), parse(words[i + 2]), (int) parse(words[i + 3]));
            if (limit.hardBytes() <= 0 || limit.softBytes() <= 0) {
                throw new IllegalArgumentException("a limit of 0, which would be none, is not accepted");
            }
            Runnable before = all;
            Runnable change = switch (words[i].toLowerCase(Locale.ROOT)) {
                case "normal" -> () -> shared.tunables.normalOutput = limit;
                case "pubsub" -> () -> shared.tunables.pubSubOutput = limit;
                case "slave", "replica" -> () -> {};
                default ->
                    throw new IllegalArgumentException("Invalid client class specified in buffer limit configuration.");
            };
            all = () -> {
                before.run();
                change.run();
            };
        }
        return all;
    }

    public String name() {
        return name;
    }

    public String read(SharedState shared) {
        return read.apply(shared);
    }

    /** Checks a value and returns the task that puts it into effect. */
    public Runnable change(SharedState shared, String value) {
        if (change == null) {
            throw new IllegalArgumentException("can't set immutable config");
        }
        return change.prepare(shared, value);
    }

    public static @Nullable Parameter find(String name) {
        for (Parameter parameter : ALL) {
            if (parameter.name.equals(name)) {
                return parameter;
            }
        }
        return null;
    }

    /** Changes settings as CONFIG SET does: all of them, or none if one is wrong. */
    public static void set(SharedState shared, Map<String, String> values) {
        prepare(shared, values).run();
    }

    /** Checks settings as CONFIG SET does, and returns the task that puts all of them into effect. */
    public static Runnable prepare(SharedState shared, Map<String, String> values) {
        List<Runnable> changes = new ArrayList<>();
        values.forEach((name, value) -> {
            Parameter parameter = Objects.requireNonNull(find(name), name);
            try {
                changes.add(parameter.change(shared, value));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("--" + name + ": " + wrong.getMessage(), wrong);
            }
        });
        return () -> changes.forEach(Runnable::run);
    }
}
