package io.cachee.l2;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command or subcommand as the server's COMMAND describes it. A value: any thread may use it.
 *
 * @param name in lower case; a subcommand's name is {@code container|subcommand}
 * @param flags the server's, in lower case: {@code write}, {@code readonly}, {@code blocking}, {@code pubsub},
 *     {@code movablekeys} and so on
 * @param categories the ACL categories, in lower case and without their {@code @}
 */
public record RemoteCommand(
        String name, int arity, Set<String> flags, Keys keys, Set<String> categories, List<RemoteCommand> subcommands) {
    /**
     * Where keys stand.
     *
     * @param first the first argument that is a key, the command's name being 0; 0 for none
     * @param last the last key; negative numbers count from the end
     * @param step the distance from one key to the next
     * @param specs the key specifications; none before Redis 7
     */
    public record Keys(int first, int last, int step, List<RemoteKeySpec> specs) {
        public Keys {
            specs = List.copyOf(specs);
        }

        /** As servers before Redis 7 tell it. */
        public static Keys row(int first, int last, int step) {
            return new Keys(first, last, step, List.of());
        }
    }

    private static final Set<String> NEED_MORE_THAN_A_SHARED_CONNECTION =
            Set.of("admin", "blocking", "pubsub", "noscript", "no_multi", "no-multi");

    public RemoteCommand {
        flags = Set.copyOf(flags);
        categories = Set.copyOf(categories);
        subcommands = List.copyOf(subcommands);
    }

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
                && keys.first > 0
                && flags.stream().noneMatch(NEED_MORE_THAN_A_SHARED_CONNECTION::contains);
    }

    public boolean hasMovableKeys() {
        return flags.contains("movablekeys");
    }

    /** The subcommand of this name, such as {@code client|list}; null if there is none. */
    public @Nullable RemoteCommand subcommand(String lowerCaseName) {
        for (RemoteCommand subcommand : subcommands) {
            if (subcommand.name.equals(lowerCaseName)) {
                return subcommand;
            }
        }
        return null;
    }
}
