package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The users that clients may log in as. A client that has not logged in acts as {@code default}. */
public final class Users {
    public static final String DEFAULT = "default";
    private static final int MOST = 1_000;

    private final Map<String, User> byName = new ConcurrentSkipListMap<>();
    private final CommandTable table;
    private final User unlimited;
    private volatile boolean others;

    Users(CommandTable table) {
        this.table = table;
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
    public User set(String name, List<String> rules) {
        User known = byName.get(name);
        UserRules changed = (known == null ? UserRules.none(table) : known.rules()).with(rules, others);
        if (known != null) {
            known.rules(changed);
            return known;
        }
        if (byName.size() >= MOST) {
            throw new IllegalArgumentException("there are " + MOST + " users already");
        }
        User created = new User(name, changed);
        byName.put(name, created);
        return created;
    }

    /** False if there is no such user. */
    public boolean delete(String name) {
        User gone = byName.remove(name);
        if (gone != null) {
            gone.deleted = true;
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

    /** Defines users by lines such as {@code user NAME RULE ...}. An exception names the wrong line. */
    public void define(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String where = "--users-file: user " + (i + 1) + ": ";
            List<String> words = List.of(lines.get(i).split("\\s+", -1));
            if (words.size() < 2 || !words.getFirst().equals("user")) {
                throw new IllegalArgumentException(where + "'user NAME RULE ...' is expected");
            }
            try {
                List<String> rules = new ArrayList<>(words.subList(2, words.size()));
                rules.addFirst("reset");
                set(words.get(1), rules);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(where + wrong.getMessage(), wrong);
            }
        }
    }
}
