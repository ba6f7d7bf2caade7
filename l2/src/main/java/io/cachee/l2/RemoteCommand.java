package io.cachee.l2;

import java.util.Set;

/**
 * A command as the server's COMMAND describes it.
 *
 * @param flags lower case, as the server names them: {@code write}, {@code readonly}, {@code blocking}, {@code pubsub},
 *     {@code movablekeys} and so on
 * @param firstKey the first argument that is a key, the command's name being 0; 0 for none
 * @param lastKey the last one; negative ones count from the end
 * @param step from one key to the next
 * @param categories those of access rules, lower case and without their {@code @}
 */
public record RemoteCommand(
        String name, int arity, Set<String> flags, int firstKey, int lastKey, int step, Set<String> categories) {
    public RemoteCommand {
        flags = Set.copyOf(flags);
        categories = Set.copyOf(categories);
    }

    private static final Set<String> NEED_MORE_THAN_A_SHARED_CONNECTION =
            Set.of("admin", "blocking", "pubsub", "noscript", "no_multi", "no-multi");

    public boolean isWrite() {
        return flags.contains("write");
    }

    public boolean isReadonly() {
        return flags.contains("readonly");
    }

    /**
     * Whether it may travel over a connection that clients share: it reads or writes keys whose places are known, and
     * neither waits nor changes its connection nor speaks out of turn. A command that is not known for that may not.
     */
    public boolean mayShareConnection() {
        return (isReadonly() || isWrite())
                && firstKey > 0
                && flags.stream().noneMatch(NEED_MORE_THAN_A_SHARED_CONNECTION::contains);
    }

    public boolean hasMovableKeys() {
        return flags.contains("movablekeys");
    }
}
