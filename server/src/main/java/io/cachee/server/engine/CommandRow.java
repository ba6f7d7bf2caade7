package io.cachee.server.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table while it is being written. Most rows are one line of text:
 *
 * <pre>
 * set -3 write,denyoom @string RWaui~:1 KEYSPACE_WRITE as=set brief
 * </pre>
 *
 * <p>It begins with the name and the arity. What follows may stand in any order: the flags, as Redis names them; the
 * categories that do not follow from the flags; {@link KeySpec}s; the {@link Route}; a {@link Role}; and {@link
 * Trait}s. {@code secret=2} hides the arguments from the second on in logs, and {@code secret=AUTH+1,AUTH2+2} hides one
 * argument after the word AUTH and two after AUTH2. The rules of users need more where Redis finds keys by a function:
 * {@code check=OWu:STORE@2} is a specification of a key to check beside the others; {@code reads-with=GET} and {@code
 * writes-with=SET,INCRBY} say that keys are read or written only with one of these words; with a word of {@code
 * hides-with=BY} the command uses keys that cannot be told.
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

    public Secrets secrets = Secrets.NONE;
    public boolean isUnknown;
    /** Whether the row is made for a command that the table lacks. */
    public boolean isUnlisted;
    /** Where the user's rights to more keys are checked. */
    final List<KeySpec> checkedSpecs = new ArrayList<>(0);
    /** Words without which the keys are not read, or not written; none if that needs no word. */
    final List<String> readingWords = new ArrayList<>(0);

    final List<String> writingWords = new ArrayList<>(0);
    /** Words with which the command uses keys that its arguments do not tell. */
    final List<String> hidingWords = new ArrayList<>(0);

    private final Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
    private final List<String> ownCategories = new ArrayList<>(1);

    /** A row that says nothing yet but the name and the arity. */
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

    /** The flags, with {@code movablekeys} if first key, last key and step do not tell where all keys are. */
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

    /** The row's own categories and those that follow from its flags. */
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
     * Keys as clients before Redis 7 know them: one row of arguments.
     *
     * @param first the first key, or 0 if there is none
     * @param last the last key, counted from the end if negative
     * @param specs how many specifications form the row
     */
    record KeyRange(int first, int last, int step, int specs) {}

    /**
     * As in Redis, a single range is that row as it is; of several, those with step 1 that continue each other form
     * it.
     */
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
