package io.cachee.server.engine;

import io.cachee.server.config.NumberedLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The users that clients may log in as. A client that has not logged in acts as {@code default}. */
public final class Users {
    public static final String DEFAULT = "default";
    private static final int MOST = 1_000;

    private final Map<String, User> byName = new ConcurrentSkipListMap<>();
    private final CommandTable table;
    private final User unlimited;
    private volatile boolean others;
    /** How often users were changed. */
    private final AtomicInteger changes = new AtomicInteger();

    private final Tunables tunables;

    Users(CommandTable table, Tunables tunables) {
        this.table = table;
        this.tunables = tunables;
        UserRules all = UserRules.none(table).with(List.of("on", "nopass", "~*", "&*", "+@all"), false);
        this.unlimited = new User("(cachee)", all);
        byName.put(DEFAULT, new User(DEFAULT, all));
    }

    /** Lets rules name commands that the table lacks, because an L2 may know them. */
    void acceptOthers() {
        others = true;
    }

    /** The user as which the sidecar itself acts. */
    User unlimited() {
        return unlimited;
    }

    public User defaultUser() {
        return byName.getOrDefault(DEFAULT, unlimited);
    }

    /** Whether a client must log in before it may do anything. */
    public boolean needsLogin() {
        UserRules rules = defaultUser().rules();
        return !rules.needsNoPassword() || !rules.isEnabled();
    }

    public Collection<User> all() {
        return byName.values();
    }

    @Nullable
    public User find(String name) {
        return byName.get(name);
    }

    /** Creates a user or changes its rules: all of them, or none if one is wrong. */
    public void set(String name, List<String> rules) {
        User known = byName.get(name);
        UserRules changed = (known == null ? UserRules.none(table) : known.rules()).with(rules, others);
        if (known == null && byName.size() >= MOST) {
            throw new IllegalArgumentException("there are " + MOST + " users already");
        }
        Map<String, UserRules> all = rules();
        all.put(name, changed);
        checkRoom(all);
        put(name, changed);
    }

    private Map<String, UserRules> rules() {
        Map<String, UserRules> rules = new HashMap<>();
        byName.forEach((name, user) -> rules.put(name, user.rules()));
        return rules;
    }

    private void checkRoom(Map<String, UserRules> rules) {
        long bytes = 0;
        for (UserRules each : rules.values()) {
            bytes += each.bytes;
        }
        if (bytes > tunables.memory.usersBytes()) {
            throw new IllegalArgumentException("the rules of all users together would take " + bytes
                    + " bytes, and there is room for " + tunables.memory.usersBytes());
        }
    }

    private void put(String name, UserRules rules) {
        User known = byName.get(name);
        if (known == null) {
            byName.put(name, new User(name, rules));
        } else {
            known.rules(rules);
        }
        changes.incrementAndGet();
    }

    /** How often users were changed. A session that was judged before the last change must be judged again. */
    int changes() {
        return changes.get();
    }

    /** False if there is no such user. */
    public boolean delete(String name) {
        User gone = byName.remove(name);
        if (gone != null) {
            gone.deleted = true;
            changes.incrementAndGet();
        }
        return gone != null;
    }

    /** The user with this name and password, or null. An unknown name takes as long as a wrong password. */
    @Nullable
    public User login(String name, byte[] password) {
        User user = byName.get(name);
        UserRules rules = user == null ? UserRules.none(table) : user.rules();
        boolean right = rules.isPassword(password);
        return user != null && right && rules.isEnabled() ? user : null;
    }

    // ---------------------------------------------------------------- files

    /** All users, a line each, as a file has them. */
    public List<String> lines() {
        return all().stream().map(user -> user.rules().describe(user.name)).toList();
    }

    /**
     * Replaces all users by those that lines such as {@code user NAME RULE ...} define. If a line is wrong, nothing
     * changes, and the exception names it. Without a line of its own, the default user stays as it is.
     */
    public void replaceBy(List<NumberedLine> lines) {
        Map<String, UserRules> read = new LinkedHashMap<>();
        for (NumberedLine line : lines) {
            try {
                read(line.text(), read);
            } catch (WrongRuleException wrong) {
                throw new IllegalArgumentException("line " + line.number() + ": " + wrong.inFile(), wrong);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("line " + line.number() + ": " + wrong.getMessage(), wrong);
            }
        }
        checkRoom(read);
        read.forEach(this::put);
        for (String name : new ArrayList<>(byName.keySet())) {
            if (!read.containsKey(name) && !name.equals(DEFAULT)) {
                delete(name);
            }
        }
    }

    private void read(String line, Map<String, UserRules> into) {
        List<String> words = List.of(line.split("[ \\t]+", -1));
        if (words.size() < 2 || !words.getFirst().equalsIgnoreCase("user")) {
            throw new IllegalArgumentException("'user NAME RULE ...' is expected");
        }
        if (into.size() >= MOST) {
            throw new IllegalArgumentException("there are more than " + MOST + " users");
        }
        UserRules rules;
        try {
            rules = UserRules.none(table).with(words.subList(2, words.size()), others);
        } catch (WrongRuleException wrong) {
            throw wrong;
        } catch (IllegalArgumentException unmatched) {
            // Its message shows what may be a part of a password.
            throw new IllegalArgumentException("a selector without its closing parenthesis", unmatched);
        }
        if (into.put(words.get(1), rules) != null) {
            throw new IllegalArgumentException("Duplicate user found. A user can only be defined once in config files");
        }
    }
}
