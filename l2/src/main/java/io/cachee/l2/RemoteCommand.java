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

    public boolean isWrite() {
        return flags.contains("write");
    }

    public boolean isBlocking() {
        return flags.contains("blocking");
    }

    public boolean hasMovableKeys() {
        return flags.contains("movablekeys");
    }
}
