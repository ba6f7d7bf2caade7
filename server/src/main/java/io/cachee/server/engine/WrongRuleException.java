package io.cachee.server.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** A rule of a user that cannot be used. The message never shows what may be a password. */
public final class WrongRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    static final String SYNTAX = "Syntax error";
    static final String UNKNOWN = "Unknown command or category name in ACL";

    /** What rules begin with that cannot contain a password. */
    private static final String HARMLESS = "+-~%&";

    private static final Set<String> WORDS = Set.of("allkeys", "allchannels");

    private final String shown;
    private final String why;

    WrongRuleException(String rule, String why) {
        super("Error in ACL SETUSER modifier '" + shown(rule) + "': " + why);
        this.shown = shown(rule);
        this.why = why;
    }

    /** The same about the selector that the rule is a part of. */
    WrongRuleException within(String selector) {
        return new WrongRuleException(selector, why);
    }

    /** The rule and what is wrong with it, for a file of users. */
    String inFile() {
        return "rule '" + shown + "': " + why;
    }

    private static boolean isHarmless(String part) {
        return !part.isEmpty()
                && (HARMLESS.indexOf(part.charAt(0)) >= 0 || WORDS.contains(part.toLowerCase(Locale.ROOT)));
    }

    /** A rule without what may be a password. A word that is no rule may be a part of one. */
    static String shown(String rule) {
        if (rule.isEmpty()) {
            return "";
        }
        boolean isSelector = rule.startsWith("(") && rule.length() > 1;
        String[] parts = (isSelector ? rule.substring(1) : rule).split("[\\s)]+", 0);
        boolean isHarmless = Arrays.stream(parts).allMatch(WrongRuleException::isHarmless);
        boolean isMarked = "><#!".indexOf(rule.charAt(0)) >= 0;
        return isHarmless
                ? Refusals.printable(Refusals.cut(rule))
                : (isMarked ? rule.substring(0, 1) : "") + "(redacted)";
    }
}
