package io.cachee.server.config;

import io.cachee.nearcache.HotCopies;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the policies of keyspaces from the configuration file. Each has the settings of {@code default} where it says
 * nothing itself.
 */
public final class KeyspaceSection {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)?");
    private static final int MOST_KEYSPACES = 200;
    private static final int MOST_NAME_BYTES = 200;
    private static final int MOST_VERSION = 255;
    private static final List<String> SETTINGS = List.of(
            "ttl",
            "jitter",
            "l1-ttl",
            "soft-ttl",
            "stale-if-error",
            "soft-deadline",
            "negative-ttl",
            "early-refresh",
            "write",
            "consistency",
            "max-value-size",
            "version",
            "miss-wait",
            "hot-copies",
            "single-flight");

    private final String where;
    private final Map<?, ?> settings;

    private KeyspaceSection(String where, Map<?, ?> settings) {
        this.where = where;
        this.settings = settings;
    }

    /** The policies by name; an exception names what is wrong and where. */
    public static Map<String, KeyspacePolicy> parse(@Nullable Object section) {
        if (section == null) {
            return Map.of();
        }
        if (!(section instanceof Map<?, ?> byName)) {
            throw new IllegalArgumentException("keyspaces: names of keyspaces and their settings are expected");
        }
        if (byName.size() > MOST_KEYSPACES) {
            throw new IllegalArgumentException("keyspaces: more than " + MOST_KEYSPACES + " of them");
        }
        KeyspacePolicy base = byName.containsKey(Keyspaces.DEFAULT)
                ? one(Keyspaces.DEFAULT, byName.get(Keyspaces.DEFAULT), KeyspacePolicy.DEFAULT)
                : KeyspacePolicy.DEFAULT;
        Map<String, KeyspacePolicy> policies = new LinkedHashMap<>();
        byName.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (name.isEmpty() || name.length() > MOST_NAME_BYTES || name.indexOf(':') >= 0) {
                throw new IllegalArgumentException(
                        "keyspaces: '" + name + "' is not the part of a key before its colon");
            }
            policies.put(name, name.equals(Keyspaces.DEFAULT) ? base : one(name, value, base));
        });
        return policies;
    }

    private static KeyspacePolicy one(String name, @Nullable Object settings, KeyspacePolicy base) {
        String where = "keyspaces: " + name + ": ";
        if (!(settings instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(where + "settings such as 'l1-ttl: 30s' are expected");
        }
        for (Object key : map.keySet()) {
            String setting = String.valueOf(key);
            if (!SETTINGS.contains(setting)) {
                throw new IllegalArgumentException(
                        where + "unknown setting '" + setting + "'" + Suggestion.of(SETTINGS, setting, known -> known));
            }
        }
        return new KeyspaceSection(where, map).policy(base);
    }

    private KeyspacePolicy policy(KeyspacePolicy base) {
        KeyspacePolicy policy = KeyspacePolicy.builder()
                .ttlMillis(duration("ttl", base.ttlMillis()))
                .jitter(decimal("jitter", base.jitter(), 0.9))
                .l1TtlMillis(duration("l1-ttl", base.l1TtlMillis()))
                .softTtlMillis(duration("soft-ttl", base.softTtlMillis()))
                .staleIfErrorMillis(duration("stale-if-error", base.staleIfErrorMillis()))
                .softDeadlineMillis(duration("soft-deadline", base.softDeadlineMillis()))
                .negativeTtlMillis(duration("negative-ttl", base.negativeTtlMillis()))
                .earlyRefresh(decimal("early-refresh", base.earlyRefresh(), 100))
                .write(word("write", base.write(), KeyspacePolicy.Write.class))
                .consistency(word("consistency", base.consistency(), KeyspacePolicy.Consistency.class))
                .maxValueBytes(size("max-value-size", base.maxValueBytes()))
                .version((int) number("version", base.version(), MOST_VERSION))
                .missWaitMillis(duration("miss-wait", base.missWaitMillis()))
                .hotCopies((int) number("hot-copies", base.hotCopies(), HotCopies.MOST))
                .fleet(isFleet(base.fleet()))
                .build();
        if (policy.softTtlMillis() > 0 && policy.softTtlMillis() >= policy.l1TtlMillis()) {
            throw new IllegalArgumentException(where + "soft-ttl has to be shorter than l1-ttl");
        }
        if (policy.ttlMillis() > 0 && policy.l1TtlMillis() > policy.ttlMillis()) {
            throw new IllegalArgumentException(where + "l1-ttl has to be no longer than ttl");
        }
        if (policy.hotCopies() > 0 && policy.consistency() != KeyspacePolicy.Consistency.STALE_TOLERANT) {
            throw new IllegalArgumentException(
                    where + "hot-copies are up to a second old, which needs 'consistency: stale-tolerant'");
        }
        return policy;
    }

    private String text(String setting) {
        return String.valueOf(settings.get(setting)).toLowerCase(Locale.ROOT);
    }

    private IllegalArgumentException wrong(String setting, String wanted) {
        return new IllegalArgumentException(where + setting + ": '" + settings.get(setting) + "' is not " + wanted);
    }

    private long duration(String setting, long otherwise) {
        if (!settings.containsKey(setting)) {
            return otherwise;
        }
        try {
            return millis(text(setting));
        } catch (IllegalArgumentException notOne) {
            throw wrong(setting, "a time such as 500ms, 30s, 5m or 1h");
        }
    }

    /** A time such as {@code 500ms}, in milliseconds. */
    public static long millis(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a time such as 500ms, 30s, 5m or 1h");
        }
        String unit = matcher.group(2);
        long factor = switch (unit == null ? "s" : unit) {
            case "ms" -> 1;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 1_000;
        };
        return Long.parseLong(matcher.group(1)) * factor;
    }

    private long size(String setting, long otherwise) {
        if (!settings.containsKey(setting)) {
            return otherwise;
        }
        try {
            return MemorySize.parse(text(setting));
        } catch (IllegalArgumentException notOne) {
            throw wrong(setting, "a size such as 64kb or 1mb");
        }
    }

    private long number(String setting, long otherwise, long most) {
        if (!settings.containsKey(setting)) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text(setting));
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw wrong(setting, "a number from 0 to " + most);
    }

    private double decimal(String setting, double otherwise, double most) {
        if (!settings.containsKey(setting)) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(text(setting));
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw wrong(setting, "a number from 0 to " + most);
    }

    private <E extends Enum<E>> E word(String setting, E otherwise, Class<E> words) {
        if (!settings.containsKey(setting)) {
            return otherwise;
        }
        for (E word : words.getEnumConstants()) {
            if (word.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text(setting))) {
                return word;
            }
        }
        throw wrong(
                setting,
                "one of "
                        + String.join(
                                ", ",
                                java.util.Arrays.stream(words.getEnumConstants())
                                        .map(word -> word.name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'))
                                        .toList()));
    }

    private boolean isFleet(boolean otherwise) {
        if (!settings.containsKey("single-flight")) {
            return otherwise;
        }
        return switch (text("single-flight")) {
            case "pod" -> false;
            case "fleet" -> true;
            default -> throw wrong("single-flight", "one of pod, fleet");
        };
    }
}
