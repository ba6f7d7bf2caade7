package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rules of a user while they are being changed, one rule after the other. */
final class RulesEditor {
    private static final int MOST_SELECTORS = 1_000;
    private static final int MOST_PASSWORDS = 1_000;

    final CommandTable table;
    boolean enabled;
    boolean noPassword;
    boolean skipsSanitizing;
    final Set<String> passwordHashes = new LinkedHashSet<>();
    private final boolean others;
    private SelectorEditor own;
    private final List<RuleSelector> more = new ArrayList<>();

    /** @param others whether rules may name commands and categories that the table lacks */
    RulesEditor(CommandTable table, boolean others) {
        this.table = table;
        this.others = others;
        this.own = new SelectorEditor(table, others);
    }

    void copySelectors(List<RuleSelector> selectors) {
        selectors.getFirst().copyTo(own);
        more.addAll(selectors.subList(1, selectors.size()));
    }

    List<RuleSelector> selectors() {
        List<RuleSelector> all = new ArrayList<>();
        all.add(own.selector());
        all.addAll(more);
        return List.copyOf(all);
    }

    /** The rules of a request, in which a selector may be split at its spaces. */
    static List<String> joined(List<String> rules) {
        List<String> joined = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String rule : rules) {
            if (open.isEmpty() && (!rule.startsWith("(") || rule.endsWith(")"))) {
                joined.add(rule);
                continue;
            }
            open.append(open.isEmpty() ? "" : " ").append(rule);
            if (rule.endsWith(")")) {
                joined.add(open.toString());
                open.setLength(0);
            }
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("Unmatched parenthesis in acl selector starting at '"
                    + WrongRuleException.shown(open.substring(0, (open + " ").indexOf(' '))) + "'.");
        }
        return joined;
    }

    void apply(String rule) {
        if (rule.indexOf('\uFFFD') >= 0) {
            throw new WrongRuleException(rule, "not text in UTF-8");
        }
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "on" -> enabled = true;
            case "off" -> enabled = false;
            case "nopass" -> {
                noPassword = true;
                passwordHashes.clear();
            }
            case "resetpass" -> {
                noPassword = false;
                passwordHashes.clear();
            }
            case "sanitize-payload" -> skipsSanitizing = false;
            case "skip-sanitize-payload" -> skipsSanitizing = true;
            case "clearselectors" -> more.clear();
            case "reset" -> {
                enabled = false;
                noPassword = false;
                skipsSanitizing = false;
                passwordHashes.clear();
                more.clear();
                own = new SelectorEditor(table, others);
            }
            default -> applyPrefixed(rule);
        }
    }

    private void applyPrefixed(String rule) {
        String rest = rule.isEmpty() ? "" : rule.substring(1);
        switch (rule.isEmpty() ? ' ' : rule.charAt(0)) {
            case '>' -> addPassword(rule, UserRules.sha256(rest.getBytes(UTF_8)));
            case '<' -> removePassword(rule, UserRules.sha256(rest.getBytes(UTF_8)));
            case '#' -> addPassword(rule, hash(rule, rest));
            case '!' -> removePassword(rule, hash(rule, rest));
            case '(' -> addSelector(rule);
            default -> own.apply(rule);
        }
    }

    private void addSelector(String rule) {
        if (more.size() >= MOST_SELECTORS) {
            throw new WrongRuleException(rule, "there are " + MOST_SELECTORS + " selectors already");
        }
        SelectorEditor editor = new SelectorEditor(table, others);
        try {
            for (String part : rule.substring(1, rule.length() - 1).strip().split("\\s+", -1)) {
                if (part.endsWith(")")) {
                    // In a file of users, it would end the selector.
                    throw new WrongRuleException(rule, WrongRuleException.SYNTAX);
                }
                if (!part.isEmpty()) {
                    editor.apply(part);
                }
            }
        } catch (WrongRuleException wrong) {
            throw wrong.within(rule);
        }
        more.add(editor.selector());
    }

    private static String hash(String rule, String hex) {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new WrongRuleException(
                    rule,
                    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal"
                            + " characters");
        }
        return hex;
    }

    private void addPassword(String rule, String hash) {
        if (passwordHashes.size() >= MOST_PASSWORDS) {
            throw new WrongRuleException(rule, "there are " + MOST_PASSWORDS + " passwords already");
        }
        passwordHashes.add(hash);
        noPassword = false;
    }

    private void removePassword(String rule, String hash) {
        if (!passwordHashes.remove(hash)) {
            throw new WrongRuleException(rule, "The password you are trying to remove from the user does not exist");
        }
    }
}
