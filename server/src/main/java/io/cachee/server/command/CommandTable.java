package io.cachee.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All commands, found by name without creating garbage. */
final class CommandTable {
    /** Commands of Redis's other data types, which need an engine behind the sidecar. */
    private static final Set<String> OF_OTHER_TYPES = Set.of("""
        blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin eval eval_ro evalsha evalsha_ro
        fcall fcall_ro function geoadd geodist geohash geopos georadius georadius_ro georadiusbymember
        georadiusbymember_ro geosearch geosearchstore hdel hexists hget hgetall hincrby hincrbyfloat
        hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals lindex linsert llen lmove
        lmpop lpop lpos lpush lpushx lrange lrem lset ltrim pfadd pfcount pfdebug pfmerge pfselftest
        rpop rpoplpush rpush rpushx sadd scard script sdiff sdiffstore sinter sintercard sinterstore
        sismember smembers smismember smove sort sort_ro spop srandmember srem sscan sunion sunionstore
        xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange
        xsetid xtrim zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount
        zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank
        zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore
        zrevrank zscan zscore zunion zunionstore
        """.split("\\s+"));

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOWER_CASE = 0x2020202020202020L;
    private static final int SHORT_SLOTS = 512;

    private final List<Command> commands = new ArrayList<>();
    private final @Nullable Command[] slots = new Command[1024];
    /** Those whose names have eight letters at most, and the letters as a number. */
    private final Command[] shortSlots = new Command[SHORT_SLOTS];

    private final long[] shortNames = new long[SHORT_SLOTS];

    CommandTable(List<Command.Builder> rows) {
        for (Command.Builder row : rows) {
            Command command = row.build(commands.size());
            commands.add(command);
            int at = hash(command.name) & slots.length - 1;
            while (slots[at] != null) {
                at = at + 1 & slots.length - 1;
            }
            slots[at] = command;
            if (command.name.matches("[a-z]{1,8}")) {
                addShort(command);
            }
        }
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

    List<Command> commands() {
        return commands;
    }

    /** The command that an argument names, or null. */
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

    @Nullable
    Command find(String name) {
        return find(Request.of(name.getBytes(UTF_8)), 0);
    }

    /** Whether Redis has such a command and Cachee alone does not. */
    static boolean needsAnEngine(String name) {
        return OF_OTHER_TYPES.contains(name.toLowerCase(Locale.ROOT));
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
