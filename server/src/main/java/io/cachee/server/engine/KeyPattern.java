package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/**
 * A pattern of keys, and whether the user may read and write them. As in Redis, one pattern must allow all that a
 * command does to a key.
 */
record KeyPattern(String text, Glob pattern, boolean reads, boolean writes) {
    /** Reads {@code ~pattern}, {@code %R~pattern}, {@code %W~pattern} or {@code %RW~pattern}. */
    static KeyPattern parse(String rule) {
        int tilde = rule.indexOf('~');
        String access = tilde <= 0 ? "" : rule.substring(1, tilde).toUpperCase(Locale.ROOT);
        boolean isKnown = rule.startsWith("~") || access.matches("R|W|RW|WR");
        String text = rule.substring(tilde + 1);
        if (tilde < 0 || !isKnown || text.chars().anyMatch(Character::isWhitespace) || text.indexOf('\0') >= 0) {
            throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
        }
        boolean isWhole = rule.startsWith("~");
        return of(text, isWhole || access.contains("R"), isWhole || access.contains("W"));
    }

    private static KeyPattern of(String text, boolean reads, boolean writes) {
        return new KeyPattern(text, new Glob(text.getBytes(UTF_8)), reads, writes);
    }

    /** The same pattern with the rights of both. */
    KeyPattern and(KeyPattern other) {
        return of(text, reads || other.reads, writes || other.writes);
    }

    boolean allows(byte[] key, boolean toRead, boolean toWrite) {
        return (reads || !toRead) && (writes || !toWrite) && pattern.matches(key);
    }

    @Override
    public String toString() {
        return (reads && writes ? "~" : reads ? "%R~" : "%W~") + text;
    }
}
