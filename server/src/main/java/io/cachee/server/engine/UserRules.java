package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a user may do, and the passwords to log in with. Immutable. The rules are written as in Redis's ACL: the user's
 * own, and selectors in parentheses. Of passwords, only SHA-256 hashes are kept.
 */
public final class UserRules {
    /** A pattern is kept as bytes, as text and in objects of its own. */
    private static final long BYTES_OF_A_LETTER = 6;

    private final CommandTable table;
    private final boolean enabled;
    private final boolean noPassword;
    /** Whether the flag is set that turns off a check of RESTORE in Redis. It has no effect here. */
    private final boolean skipsSanitizing;

    private final Set<String> passwordHashes;
    private final List<RuleSelector> selectors;
    private final boolean everything;
    /** The approximate memory that they take. */
    final long bytes;

    UserRules(RulesEditor editor) {
        this.table = editor.table;
        this.enabled = editor.enabled;
        this.noPassword = editor.noPassword;
        this.skipsSanitizing = editor.skipsSanitizing;
        this.passwordHashes = Set.copyOf(editor.passwordHashes);
        this.selectors = editor.selectors();
        this.everything = enabled && selectors.getFirst().allowsEverything();
        this.bytes = BYTES_OF_A_LETTER * describe("").length();
    }

    /** The rules of a new user, which allow nothing. */
    static UserRules none(CommandTable table) {
        return new UserRules(new RulesEditor(table, false));
    }

    /**
     * These rules with changes. Throws a {@link WrongRuleException} if one is wrong.
     *
     * @param others whether rules may name commands and categories that the table lacks
     */
    UserRules with(List<String> rules, boolean others) {
        RulesEditor editor = new RulesEditor(table, others);
        editor.enabled = enabled;
        editor.noPassword = noPassword;
        editor.skipsSanitizing = skipsSanitizing;
        editor.passwordHashes.addAll(passwordHashes);
        editor.copySelectors(selectors);
        RulesEditor.joined(rules).forEach(editor::apply);
        return new UserRules(editor);
    }

    public boolean isEnabled() {
        return enabled;
    }

    public boolean needsNoPassword() {
        return noPassword;
    }

    boolean mayEverything() {
        return everything;
    }

    /** The user's own rules first, then the selectors. */
    public List<RuleSelector> selectors() {
        return selectors;
    }

    /** Whether all channels that other rules allow are allowed here by the same patterns. */
    boolean hasAllChannelsOf(UserRules other) {
        Set<String> here = channelPatterns();
        return here.contains("*") || here.containsAll(other.channelPatterns());
    }

    private Set<String> channelPatterns() {
        Set<String> patterns = new HashSet<>();
        selectors.forEach(selector -> patterns.addAll(selector.channels()));
        return patterns;
    }

    /** Whether this is one of the user's passwords. A wrong one takes as long as a right one. */
    boolean isPassword(byte[] password) {
        byte[] given = sha256(password).getBytes(UTF_8);
        boolean matches = false;
        for (String hash : passwordHashes) {
            matches |= MessageDigest.isEqual(given, hash.getBytes(UTF_8));
        }
        return matches || noPassword;
    }

    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(enabled ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        if (skipsSanitizing) {
            flags.add("skip-sanitize-payload");
        }
        return flags;
    }

    public Set<String> passwordHashes() {
        return passwordHashes;
    }

    /** The rules as ACL LIST shows them and as a file of users has them. */
    public String describe(String name) {
        List<String> parts = new ArrayList<>(List.of("user", name));
        parts.addAll(flags());
        passwordHashes.stream().sorted().forEach(hash -> parts.add("#" + hash));
        parts.add(selectors.getFirst().toString());
        selectors.stream().skip(1).forEach(selector -> parts.add("(" + selector + ")"));
        return String.join(" ", parts);
    }

    static String sha256(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
