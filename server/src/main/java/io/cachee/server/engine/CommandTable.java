package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All commands, found by name without creating garbage. Subcommands have rows of their own, found through their
 * container.
 */
public final class CommandTable {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWER_CASE = 0x2020202020202020L;
    private static final int SHORT_SLOTS = 1_024;

    private final List<Command> commands = new ArrayList<>();
    private final Map<String, Command> byName = new HashMap<>();
    private final @Nullable Command[] slots = new Command[1024];
    /** Those whose names are eight letters at most, and the letters as a number. */
    private final Command[] shortSlots = new Command[SHORT_SLOTS];

    private final long[] shortNames = new long[SHORT_SLOTS];

    CommandTable(List<CommandRow> rows) {
        Set<String> containers = new HashSet<>();
        for (CommandRow row : rows) {
            int bar = row.name.indexOf('|');
            if (bar > 0) {
                containers.add(row.name.substring(0, bar));
            }
        }
        for (CommandRow row : rows) {
            row.isContainer = containers.contains(row.name);
            add(new Command(row, commands.size()));
        }
    }

    private void add(Command command) {
        commands.add(command);
        if (byName.put(command.name, command) != null) {
            throw new IllegalArgumentException("two rows of " + command.name);
        }
        int bar = command.name.indexOf('|');
        if (bar > 0) {
            Command container = byName.get(command.name.substring(0, bar));
            if (container == null) {
                throw new IllegalArgumentException(command.name + " stands before its container");
            }
            container.add(command.name.substring(bar + 1), command);
            return;
        }
        if (isShort(command.name)) {
            addShort(command);
        }
        int at = hash(command.name) & slots.length - 1;
        while (slots[at] != null) {
            at = at + 1 & slots.length - 1;
        }
        slots[at] = command;
    }

    private static boolean isShort(String name) {
        boolean isShort = name.length() <= Long.BYTES;
        for (int i = 0; i < name.length() && isShort; i++) {
            isShort = name.charAt(i) >= 'a' && name.charAt(i) <= 'z';
        }
        return isShort;
    }

    private void addShort(Command command) {
        byte[] padded = Arrays.copyOf(command.name.getBytes(UTF_8), Long.BYTES);
        long name = (long) LONGS.get(padded, 0);
        int at = shortSlot(name);
        while (shortNames[at] != 0) {
            at = at + 1 & SHORT_SLOTS - 1;
        }
        shortNames[at] = name;
        shortSlots[at] = command;
    }

    private static int shortSlot(long name) {
        return (int) (name * 0x9E3779B97F4A7C15L >>> 32) & SHORT_SLOTS - 1;
    }

    /** All rows, those of subcommands too, by their numbers. */
    public List<Command> commands() {
        return commands;
    }

    /** The row of this name, such as {@code client|list}, in lower case; null when there is none. */
    @Nullable
    public Command named(String name) {
        return byName.get(name);
    }

    /**
     * The row of a request: that of the subcommand where the request names one. Null when the table has none.
     */
    @Nullable
    public Command rowOf(Request request) {
        return rowOf(request, 0);
    }

    /** The row of a request that begins at an argument. */
    @Nullable
    public Command rowOf(Request request, int argument) {
        Command command = find(request, argument);
        if (command == null || !command.hasSubcommands() || request.count() <= argument + 1) {
            return command;
        }
        Command subcommand = command.subcommand(request.latin(argument + 1).toLowerCase(Locale.ROOT));
        return subcommand == null ? command : subcommand;
    }

    /** The command that an argument names, never a subcommand; null when the table has none. */
    @Nullable
    Command find(Request request, int argument) {
        byte[] buffer = request.buffer();
        int start = request.start(argument);
        int end = request.end(argument);
        int length = end - start;
        if (length > 0 && length <= Long.BYTES && buffer.length - start >= Long.BYTES) {
            long letters = -1L >>> Long.SIZE - Byte.SIZE * length;
            long name = ((long) LONGS.get(buffer, start) | LOWER_CASE) & letters;
            for (int at = shortSlot(name); shortNames[at] != 0; at = at + 1 & SHORT_SLOTS - 1) {
                if (shortNames[at] == name) {
                    return shortSlots[at];
                }
            }
        }
        return findLong(buffer, start, end);
    }

    private @Nullable Command findLong(byte[] buffer, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + (buffer[i] | 0x20);
        }
        for (int at = spread(hash) & slots.length - 1; ; at = at + 1 & slots.length - 1) {
            Command command = slots[at];
            if (command == null || isNamed(command.name, buffer, start, end)) {
                return command;
            }
        }
    }

    private static boolean isNamed(String name, byte[] buffer, int start, int end) {
        if (name.length() != end - start) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int letter = buffer[start + i];
            if (letter >= 'A' && letter <= 'Z') {
                letter += 'a' - 'A';
            }
            if (letter != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int hash(String lowerCaseName) {
        int hash = 0;
        for (int i = 0; i < lowerCaseName.length(); i++) {
            hash = hash * 31 + (lowerCaseName.charAt(i) | 0x20);
        }
        return spread(hash);
    }

    private static int spread(int hash) {
        return hash ^ hash >>> 15;
    }
}
