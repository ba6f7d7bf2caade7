package io.cachee.l2;

import java.util.Set;

/**
 * A command as the server's COMMAND describes it. A value: any thread may use it.
 *
 * @param flags the server's, in lower case: {@code write}, {@code readonly}, {@code blocking}, {@code pubsub},
 *     {@code movablekeys} and so on
 * @param firstKey the first argument that is a key, the command's name being 0; 0 for none
 * @param lastKey the last key; negative numbers count from the end
 * @param step the distance from one key to the next
 * @param categories the ACL categories, in lower case and without their {@code @}
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
     * Whether it may be sent over a connection that clients share. It must read or write keys whose positions are
     * known, and must neither block nor depend on the state of the connection nor cause push messages.
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
