package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All commands, found by their names in a request without allocating. The row of a subcommand is found through the row
 * of its container.
 *
 * <p>Names of at most eight letters, which nearly all requests begin with, are compared as one number.
 */
public final class CommandTable {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWER_CASE = 0x2020202020202020L;
    private static final int SLOTS = 1_024;
    private static final int SHORT_SLOTS = 1_024;

    private final List<Command> commands = new ArrayList<>();
    private final Map<String, Command> byName = new HashMap<>();
    private final @Nullable Command[] slots = new Command[SLOTS];
    /** The commands whose names have at most eight letters; {@link #shortNames} holds these letters as a number. */
    private final Command[] shortSlots = new Command[SHORT_SLOTS];

    private final long[] shortNames = new long[SHORT_SLOTS];

    CommandTable(List<CommandRow> rows) {
        for (CommandRow row : rows) {
            add(new Command(row, commands.size()));
        }
    }

    private void add(Command command) {
        commands.add(command);
        if (byName.put(command.name, command) != null) {
            throw new IllegalArgumentException("two rows of the name " + command.name);
        }
        int bar = command.name.indexOf('|');
        if (bar > 0) {
            Command container = byName.get(command.name.substring(0, bar));
            if (container == null) {
                throw new IllegalArgumentException(command.name + " has no container before it");
            }
            container.add(command.name.substring(bar + 1), command);
            return;
        }
        int at = hash(command.name) & SLOTS - 1;
        while (slots[at] != null) {
            at = at + 1 & SLOTS - 1;
        }
        slots[at] = command;
        if (isShort(command.name)) {
            addShort(command);
        }
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

    /** All rows in the order of their numbers, those of subcommands included. */
    public List<Command> commands() {
        return commands;
    }

    /** The row of a name in lower case, such as {@code client|list}; null if there is none. */
    @Nullable
    public Command named(String name) {
        return byName.get(name);
    }

    /** The row of a request: the subcommand's, if the request names one. Null if the table has none. */
    @Nullable
    public Command rowOf(Request request) {
        return rowOf(request, 0);
    }

    /** The row of a request that begins at this argument; null if the table has none. */
    @Nullable
    public Command rowOf(Request request, int argument) {
        Command command = find(request, argument);
        if (command == null || !command.hasSubcommands() || request.count() <= argument + 1) {
            return command;
        }
        Command subcommand = command.subcommand(request.latin(argument + 1).toLowerCase(Locale.ROOT));
        return subcommand == null ? command : subcommand;
    }

    /** The command that an argument names, never a subcommand; null if the table has none. */
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
        for (int at = spread(hash) & SLOTS - 1; ; at = at + 1 & SLOTS - 1) {
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
