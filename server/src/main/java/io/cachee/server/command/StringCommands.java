package io.cachee.server.command;

import io.cachee.resp.Request;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.KeyLoop;
import io.cachee.server.engine.KeyspaceEvent;
import io.cachee.store.PutMode;
import io.cachee.store.Store;
import java.util.Arrays;

/** GET, SET, APPEND, GETRANGE and the other commands on values as strings of bytes. */
final class StringCommands {
    private static final byte[] EMPTY = {};

    private StringCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("get 2 readonly,fast @string ROa:1 L1_READ as=value", StringCommands::get);
        rows.add("strlen 2 readonly,fast @string RO:1 L1_READ as=length", StringCommands::length);
        rows.add("getrange 4 readonly @string ROa:1 L1_READ as=range", StringCommands::getRange);
        rows.add("substr 4 readonly @string ROa:1 L1_READ as=range", StringCommands::getRange);
        rows.add("lcs -3 readonly @string ROa:1..1 FORWARD", LongestCommonSubsequence::handle);

        rows.add(
                "set -3 write,denyoom @string RWau~:1 KEYSPACE_WRITE as=set brief reads-with=GET", StringCommands::set);
        rows.add("setnx 3 write,denyoom,fast @string OWi:1 FORWARD", StringCommands::setIfAbsent);
        rows.add(
                "setex 4 write,denyoom @string OWu:1 KEYSPACE_WRITE as=set-for-seconds brief",
                call -> setWithTtl(call, true));
        rows.add(
                "psetex 4 write,denyoom @string OWu:1 KEYSPACE_WRITE as=set-for-millis brief",
                call -> setWithTtl(call, false));
        rows.add("append 3 write,denyoom,fast @string RWi:1 FORWARD", StringCommands::append);
        rows.add("setrange 4 write,denyoom @string RWu:1 FORWARD", StringCommands::setRange);

        rows.add("getset 3 write,denyoom,fast @string RWau:1 FORWARD", StringCommands::getAndSet);
        rows.add("getdel 2 write,fast @string RWad:1 FORWARD", StringCommands::getAndDelete);
        rows.add("getex -2 write,fast @string RWau:1 FORWARD", StringCommands::getAndExpire);

        rows.add("mget -2 readonly,fast @string ROa:1..-1 L1_READ as=values", StringCommands::getMany);
        rows.add("mset -3 write,denyoom @string OWu:1..-1/2 SPLIT exclusive", StringCommands::setMany);
        rows.add("msetnx -3 write,denyoom @string OWi:1..-1/2 FORWARD exclusive", StringCommands::setManyIfAbsent);
    }

    private static void get(CommandContext call) {
        if (!call.key(1).replyValue()) {
            call.reply.nothing();
        }
    }

    private static void set(CommandContext call) {
        Request request = call.request;
        if (request.count() == 3) {
            call.key(1).put(2, Store.NO_TTL, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.SET);
            call.reply.ok();
            return;
        }
        SetOptions options = SetOptions.parse(request);
        call.key(1).checkValueSize(request.length(2));
        if (options.get || options.ttl == ExpireTime.PAST) {
            call.executor.alone(() -> setAlone(call, options));
        } else if (call.put(2, options.ttl, options.mode)) {
            noteSet(call, options);
            call.reply.ok();
        } else {
            call.reply.nothing();
        }
    }

    private static void noteSet(CommandContext call, SetOptions options) {
        call.changed(KeyspaceEvent.SET);
        if (options.ttl > 0 || options.ttl == ExpireTime.PAST) {
            call.changed(KeyspaceEvent.EXPIRE);
        }
    }

    /** SET with GET, or with an expiry in the past: more than one step of the store, so it runs alone. */
    private static void setAlone(CommandContext call, SetOptions options) {
        byte[] old = options.get ? call.value() : EMPTY;
        boolean done;
        if (options.ttl == ExpireTime.PAST) {
            done = options.allows(call.describe());
            if (done) {
                call.delete();
            }
        } else {
            done = call.put(2, options.ttl, options.mode);
        }
        if (done) {
            noteSet(call, options);
        }
        if (options.get) {
            call.reply.bulkOrNull(old);
        } else if (done) {
            call.reply.ok();
        } else {
            call.reply.nothing();
        }
    }

    private static void setIfAbsent(CommandContext call) {
        boolean done = call.key(1).put(2, Store.NO_TTL, PutMode.IF_ABSENT);
        if (done) {
            call.changed(KeyspaceEvent.SET);
        }
        call.reply.integer(done ? 1 : 0);
    }

    private static void setWithTtl(CommandContext call, boolean seconds) {
        long ttl = ExpireTime.ttl(Decimal.integer(call.request, 2), seconds, false, call.command.name);
        call.key(1).put(3, ttl, PutMode.ALWAYS);
        call.changed(KeyspaceEvent.SET);
        call.changed(KeyspaceEvent.EXPIRE);
        call.reply.ok();
    }

    private static void getAndSet(CommandContext call) {
        call.key(1);
        byte[] value = call.request.bytes(2);
        while (true) {
            byte[] old = call.peek();
            PutMode mode = old == null ? PutMode.IF_ABSENT : PutMode.ifVersion(call.info.version());
            if (call.put(value, Store.NO_TTL, mode)) {
                call.looked(old != null);
                call.changed(KeyspaceEvent.SET);
                call.reply.bulkOrNull(old);
                return;
            }
        }
    }

    private static void getAndDelete(CommandContext call) {
        byte[] old = call.store.getAndDelete(call.key(1).keyBytes());
        call.looked(old != null);
        if (old != null) {
            call.changed(KeyspaceEvent.DEL);
        }
        call.reply.bulkOrNull(old);
    }

    private static void getAndExpire(CommandContext call) {
        Request request = call.request;
        GetExOptions options = GetExOptions.parse(request);
        call.executor.alone(() -> {
            byte[] value = call.key(1).value();
            if (value != null) {
                GetExOptions.apply(call, options.ttl(request));
            }
            call.reply.bulkOrNull(value);
        });
    }

    private static void getMany(CommandContext call) {
        KeyLoop.run(
                call,
                first -> first.reply.array(first.count() - 1),
                each -> {
                    boolean found = each.replyValue();
                    if (!found) {
                        each.reply.nothing();
                    }
                    return found;
                },
                (_, _) -> {});
    }

    private static void setMany(CommandContext call) {
        checkPairs(call);
        for (int i = 1; i < call.count(); i += 2) {
            call.key(i).put(i + 1, Store.NO_TTL, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.SET);
        }
        call.reply.ok();
    }

    private static void checkPairs(CommandContext call) {
        if (call.count() % 2 == 0) {
            throw call.wrongArity();
        }
        for (int i = 1; i < call.count(); i += 2) {
            call.key(i).checkValueSize(call.request.length(i + 1));
        }
    }

    private static void setManyIfAbsent(CommandContext call) {
        checkPairs(call);
        for (int i = 1; i < call.count(); i += 2) {
            if (call.key(i).describe()) {
                call.reply.integer(0);
                return;
            }
        }
        for (int i = 1; i < call.count(); i += 2) {
            call.key(i).put(i + 1, Store.NO_TTL, PutMode.ALWAYS);
            call.changed(KeyspaceEvent.SET);
        }
        call.reply.integer(1);
    }

    private static void append(CommandContext call) {
        byte[] suffix = call.request.bytes(2);
        int[] length = new int[1];
        call.key(1).modify(current -> {
            byte[] old = current == null ? EMPTY : current;
            length[0] = old.length + suffix.length;
            call.checkValueSize((long) old.length + suffix.length);
            byte[] longer = Arrays.copyOf(old, length[0]);
            System.arraycopy(suffix, 0, longer, old.length, suffix.length);
            return longer;
        });
        call.changed(KeyspaceEvent.APPEND);
        call.reply.integer(length[0]);
    }

    private static void length(CommandContext call) {
        call.reply.integer(call.key(1).lookUp() ? call.info.valueLength() : 0);
    }

    private static void getRange(CommandContext call) {
        long from = Decimal.integer(call.request, 2);
        long to = Decimal.integer(call.request, 3);
        byte[] value = call.key(1).value();
        int length = value == null ? 0 : value.length;
        if (value == null || from < 0 && to < 0 && from > to) {
            call.reply.bulk(EMPTY);
            return;
        }
        long start = Math.max(0, from < 0 ? length + from : from);
        long end = Math.min(length - 1L, Math.max(0, to < 0 ? length + to : to));
        if (start > end) {
            call.reply.bulk(EMPTY);
        } else {
            call.reply.bulk(value, (int) start, (int) (end - start + 1));
        }
    }

    private static void setRange(CommandContext call) {
        long offset = Decimal.integer(call.request, 2);
        if (offset < 0) {
            throw new CommandException("ERR offset is out of range");
        }
        byte[] part = call.request.bytes(3);
        int[] length = new int[1];
        boolean changed = call.key(1).modify(current -> {
            byte[] old = current == null ? EMPTY : current;
            length[0] = old.length;
            if (part.length == 0) {
                return null;
            }
            if (offset > Integer.MAX_VALUE) {
                throw CommandException.tooLong();
            }
            call.checkValueSize(offset + part.length);
            length[0] = Math.max(old.length, (int) offset + part.length);
            byte[] longer = Arrays.copyOf(old, length[0]);
            System.arraycopy(part, 0, longer, (int) offset, part.length);
            return longer;
        });
        if (changed) {
            call.changed(KeyspaceEvent.SETRANGE);
        }
        call.reply.integer(length[0]);
    }
}
