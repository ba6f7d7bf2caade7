package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a row of the table says, while it is being written. Its text is one line:
 *
 * <pre>
 * set -3 write,denyoom @string RWaui~:1 KEYSPACE_WRITE as=set brief
 * </pre>
 *
 * <p>that is: name, arity and flags as in Redis; the categories that do not follow from the flags; key specifications
 * ({@link KeySpec}); the {@link Route}; then the {@link Role} and {@link Trait}s if it has any. {@code secret=2} hides
 * the arguments from the second on.
 */
public final class CommandRow {
    final String name;
    final int arity;
    final Handler handler;
    final boolean isBuiltIn;
    public final List<KeySpec> keySpecs = new ArrayList<>(1);
    public final Set<Trait> traits = EnumSet.noneOf(Trait.class);
    public Route route = Route.OWN_CONNECTION;

    @Nullable
    Role role;

    int secretFrom;
    boolean isContainer;
    public boolean isUnknown;
    private final Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
    private final List<String> ownCategories = new ArrayList<>(1);

    /** A row of which no more is known yet than its name and arity. */
    public CommandRow(String name, int arity, Handler handler, boolean isBuiltIn) {
        this.name = name;
        this.arity = arity;
        this.handler = handler;
        this.isBuiltIn = isBuiltIn;
    }

    public CommandRow flag(CommandFlag flag) {
        flags.add(flag);
        return this;
    }

    CommandRow flags(Set<CommandFlag> more) {
        flags.addAll(more);
        return this;
    }

    public CommandRow in(Iterable<String> categories) {
        categories.forEach(ownCategories::add);
        return this;
    }

    CommandRow in(String category) {
        ownCategories.add(category);
        return this;
    }

    /** Its flags, and whether keys may stand where clients of Redis before version 7 do not look. */
    Set<CommandFlag> flags() {
        boolean isIncomplete = false;
        for (KeySpec spec : keySpecs) {
            isIncomplete |= spec.isIncomplete();
        }
        if (isIncomplete || keyRange().specs != keySpecs.size()) {
            flags.add(CommandFlag.MOVABLEKEYS);
        }
        return flags;
    }

    /** Its own categories and those that follow from its flags. */
    List<String> categories() {
        List<String> all = new ArrayList<>(ownCategories);
        addIf(all, CommandFlag.WRITE, "write");
        if (!ownCategories.contains("scripting")) {
            addIf(all, CommandFlag.READONLY, "read");
        }
        addIf(all, CommandFlag.ADMIN, "admin");
        addIf(all, CommandFlag.ADMIN, "dangerous");
        addIf(all, CommandFlag.PUBSUB, "pubsub");
        addIf(all, CommandFlag.BLOCKING, "blocking");
        all.add(flags.contains(CommandFlag.FAST) ? "fast" : "slow");
        return List.copyOf(all);
    }

    private void addIf(List<String> all, CommandFlag flag, String category) {
        if (flags.contains(flag) && !all.contains(category)) {
            all.add(category);
        }
    }

    /**
     * The keys that stand in one row, as clients of Redis before version 7 know them.
     *
     * @param first the first of them, or 0 when there is none
     * @param last the last, counted from the end when negative
     * @param specs how many specifications that takes
     */
    record KeyRange(int first, int last, int step, int specs) {}

    /** Specifications that continue one another at fixed places; a single one may have any step. */
    KeyRange keyRange() {
        int first = 0;
        int last = 0;
        int step = 0;
        int specs = 0;
        for (KeySpec spec : keySpecs) {
            boolean isPlain = spec.isRange() && (spec.step() == 1 || keySpecs.size() == 1);
            if (isPlain && (specs == 0 || last == spec.index() - 1)) {
                first = specs == 0 ? spec.index() : first;
                last = spec.lastKey() >= 0 ? spec.index() + spec.lastKey() : spec.lastKey();
                step = spec.step();
                specs++;
            }
        }
        return new KeyRange(first, last, step, specs);
    }
}
