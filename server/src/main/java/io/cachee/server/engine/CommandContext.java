package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import io.cachee.store.EntryInfo;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Stamp;
import io.cachee.store.Store;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a handler needs to run a command: the client, the request, the reply, and the store. There is one context for
 * each event loop, which is reused for every command; a handler must not keep it.
 *
 * <p>Methods that read and write the store are about the <em>chosen key</em>, set by {@link #key(int)}. The context
 * finds its bytes in the request, or in a buffer of its own if the key is stored with the prefix of a database. So
 * reading and writing a value allocates nothing: a value goes from the store directly to its place in the output buffer
 * ({@link #replyValue}), and from the request directly to the store ({@link #put(int, long, PutMode)}).
 */
public final class CommandContext {
    /** All memory: values are copied from the store to the address of the output buffer. */
    private static final MemorySegment MEMORY = allMemory();

    private static final ValueLayout.OfLong STAMP_WORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ROOM_FOR_VALUE = 1 << 10;
    private static final byte[] NO_REQUEST = {};

    public final SharedState shared;
    public final CommandExecutor executor;
    public final Store store;
    public final ReplyWriter reply;
    public final EntryInfo info = new EntryInfo();
    /** The stamp of the value that {@link #fetchStamped} has read last. */
    public final Stamp stamp = new Stamp();

    public Session session;
    public Request request = Request.of();
    public Command command;

    /** The chosen key, as it is in the store. */
    public byte[] key = NO_REQUEST;

    public int keyOffset;
    public int keyLength;
    /** Which argument the chosen key is; -1 if it is none. */
    private int keyArgument;

    private byte[] prefixed = new byte[256];
    /** How many bytes of values the command has copied to the heap. */
    private long taken;
    /** How many bytes of values all commands have used, for the limit of transactions. */
    private long charged;

    CommandContext(SharedState shared, CommandExecutor executor, ReplyWriter reply, Session nobody, Command first) {
        this.shared = shared;
        this.executor = executor;
        this.store = shared.store;
        this.reply = reply;
        this.session = nobody;
        this.command = first;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment allMemory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    void begin(Session asking, Command wanted, Request asked) {
        session = asking;
        command = wanted;
        request = asked;
        taken = 0;
    }

    // ---------------------------------------------------------------- keys

    /** Chooses the key that an argument names, in the client's database. */
    public CommandContext key(int argument) {
        return key(session.database, argument);
    }

    public CommandContext key(int database, int argument) {
        byte[] buffer = request.buffer();
        int start = request.start(argument);
        int end = request.end(argument);
        keyArgument = argument;
        checkKey(argument);
        if (shared.databases.isPlain(database, buffer, start, end)) {
            key = buffer;
            keyOffset = start;
            keyLength = end - start;
        } else {
            prefix(database, buffer, start, end - start);
        }
        return this;
    }

    /** Chooses a key of the client's database. */
    public CommandContext key(byte[] name) {
        keyArgument = -1;
        if (shared.databases.isPlain(session.database, name, 0, name.length)) {
            key = name;
            keyOffset = 0;
            keyLength = name.length;
        } else {
            prefix(session.database, name, 0, name.length);
        }
        return this;
    }

    /** Throws if an argument is too long for a key. */
    void checkKey(int argument) {
        int longest = Store.MAX_KEY_SIZE - shared.databases.prefixBytes();
        if (request.length(argument) > longest) {
            throw new CommandException(
                    "ERR key of " + request.length(argument) + " bytes is larger than the limit of " + longest);
        }
    }

    private void prefix(int database, byte[] buffer, int start, int length) {
        int prefixBytes = shared.databases.prefixBytes();
        if (prefixed.length < length + prefixBytes) {
            prefixed = new byte[Math.max(length + prefixBytes, 2 * prefixed.length)];
        }
        shared.databases.writePrefix(database, prefixed);
        System.arraycopy(buffer, start, prefixed, prefixBytes, length);
        key = prefixed;
        keyOffset = 0;
        keyLength = length + prefixBytes;
    }

    /** A copy of the chosen key, as it is in the store. */
    public byte[] keyBytes() {
        return Arrays.copyOfRange(key, keyOffset, keyOffset + keyLength);
    }

    /** The chosen key, as clients know it. */
    public byte[] keyName() {
        return keyArgument >= 0 ? request.bytes(keyArgument) : shared.databases.nameOf(keyBytes());
    }

    /** An argument as the number of a database. */
    public int database(int argument) {
        long number = Decimal.integer(request, argument);
        if (number != (int) number) {
            throw new CommandException(
                    "ERR value is out of range, value must between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);
        }
        int count = shared.databases.count();
        if (number < 0 || number >= count) {
            throw new CommandException(
                    count == 1 && number >= 0 && number < Databases.MOST
                            ? "ERR DB index is out of range: this cache is configured with one database"
                            : "ERR DB index is out of range");
        }
        return (int) number;
    }

    // ---------------------------------------------------------------- reading

    /** Describes the entry of the chosen key in {@link #info}; false if there is none. */
    public boolean describe() {
        return store.describe(key, keyOffset, keyLength, info);
    }

    /** The same as {@link #describe}, counted as a hit or a miss. */
    public boolean lookUp() {
        boolean found = describe();
        looked(found);
        return found;
    }

    /** Counts a read of the chosen key as a hit or a miss. */
    public void looked(boolean found) {
        executor.stats.looked(found);
        if (!found) {
            changed(KeyspaceEvent.KEYMISS);
        }
    }

    /** The value of the chosen key, or null; counted as a hit or a miss. */
    public byte @Nullable [] value() {
        byte[] value = peek();
        looked(value != null);
        return value;
    }

    /** The value of the chosen key, or null, with its entry in {@link #info}; not counted as a hit or a miss. */
    public byte @Nullable [] peek() {
        if (!describe()) {
            return null;
        }
        byte[] value = room(info.valueLength());
        while (true) {
            long length = store.get(key, keyOffset, keyLength, value, 0, value.length, info);
            if (length < 0) {
                return null;
            }
            if (length <= value.length) {
                return length == value.length ? value : Arrays.copyOf(value, (int) length);
            }
            value = room(length);
        }
    }

    private byte[] room(long length) {
        taken += length;
        charged += length;
        long most = shared.tunables.memory.copiedBytes();
        if (taken > most) {
            throw new CommandException(
                    "ERR the values are too large for this command: it can hold " + (most >> 10) + " kB at once");
        }
        return new byte[(int) length];
    }

    /** Marks the chosen key as used; false if there is no such key. */
    public boolean use() {
        boolean found = store.get(key, keyOffset, keyLength, NO_REQUEST, 0, 0, info) >= 0;
        looked(found);
        return found;
    }

    /** Replies with the value of the chosen key. If there is none, returns false and writes nothing. */
    public boolean replyValue() {
        boolean found = copyValue();
        looked(found);
        return found;
    }

    private boolean copyValue() {
        int room = ROOM_FOR_VALUE;
        while (true) {
            long target = reply.valueAddress(room);
            int capacity = reply.valueCapacity();
            long length = store.get(key, keyOffset, keyLength, MEMORY, target, capacity, null);
            if (length < 0) {
                return false;
            }
            if (length <= capacity && reply.endValue((int) length)) {
                return true;
            }
            room = reply.expectValue(length);
        }
    }

    /**
     * Copies the value of the chosen key to the output buffer, and its stamp to {@link #stamp}. The value becomes the
     * reply only when {@link #replyStamped} is called.
     *
     * @return the length of the value; negative if there is none
     */
    public int fetchStamped() {
        int room = ROOM_FOR_VALUE;
        while (true) {
            long target = reply.valueAddress(room);
            int capacity = reply.valueCapacity();
            long stored = store.get(key, keyOffset, keyLength, MEMORY, target, capacity, null);
            if (stored < Stamp.BYTES) {
                return -1;
            }
            if (stored <= capacity) {
                readStamp(target + stored);
                return (int) stored - Stamp.BYTES;
            }
            room = reply.expectValue(stored);
        }
    }

    /** Replies with the value fetched last. It fits, because the stamp takes more room than the reply's head. */
    public void replyStamped(int length) {
        reply.endValue(length);
    }

    private void readStamp(long end) {
        stamp.set(
                MEMORY.get(STAMP_WORD, end - Stamp.BYTES),
                MEMORY.get(STAMP_WORD, end - Stamp.BYTES + 8),
                MEMORY.get(STAMP_WORD, end - Stamp.BYTES + 16));
    }

    /** Reserves the place of the reply, which will be given later. */
    public PendingReply pendingReply() {
        return executor.pendingReply(session);
    }

    /** The same for a reply that is sent even while CLIENT REPLY is off. */
    public PendingReply pendingReplyEvenIfMuted() {
        return executor.pendingReplyEvenIfMuted(session);
    }

    // ---------------------------------------------------------------- writing

    /** Stores an argument under the chosen key. False if the mode's condition is not met. */
    public boolean put(int valueArgument, long ttlMillis, PutMode mode) {
        checkValueSize(request.length(valueArgument));
        return stored(store.put(
                key,
                keyOffset,
                keyLength,
                request.buffer(),
                request.start(valueArgument),
                request.length(valueArgument),
                ttlMillis,
                mode));
    }

    public boolean put(byte[] value, long ttlMillis, PutMode mode) {
        checkValueSize(value.length);
        return stored(store.put(key, keyOffset, keyLength, value, 0, value.length, ttlMillis, mode));
    }

    private static boolean stored(PutResult result) {
        return switch (result) {
            // To the client, a value that was not admitted was stored and evicted at once.
            case STORED, NOT_ADMITTED -> true;
            case CONDITION_FAILED -> false;
            case NO_SPACE -> throw CommandException.outOfMemory();
        };
    }

    public void checkValueSize(long bytes) {
        if (bytes > store.maxValueSize()) {
            throw CommandException.tooLong();
        }
    }

    public boolean delete() {
        return store.delete(key, keyOffset, keyLength);
    }

    /** A change of a value by {@link #modify}; null as a result leaves the value unchanged. */
    public interface Change {
        byte @Nullable [] apply(byte @Nullable [] current);
    }

    /** Changes the value of the chosen key atomically and keeps its expiry. False if the change left it as it was. */
    public boolean modify(Change change) {
        long before = taken;
        while (true) {
            taken = before;
            byte[] current = peek();
            PutMode mode = current == null ? PutMode.IF_ABSENT : PutMode.ifVersion(info.version());
            byte[] changed = change.apply(current);
            if (changed == null) {
                return false;
            }
            if (put(changed, current == null ? Store.NO_TTL : Store.KEEP_TTL, mode)) {
                return true;
            }
        }
    }

    /** Reports a change of the chosen key to the clients that listen for it. */
    public void changed(KeyspaceEvent event) {
        changed(session.database, event);
    }

    public void changed(int database, KeyspaceEvent event) {
        if (shared.keyChanges.isWanted()) {
            shared.keyChanges.changed(session, database, keyName(), event);
        }
    }

    // ---------------------------------------------------------------- long work

    /** Does the rest of this command in slices, so that other clients are served meanwhile. Call it last. */
    public void inSlices(SlicedTask task) {
        executor.inSlices(this, task);
    }

    /** Counts work that is like using this many bytes of values, for the limit of transactions. */
    public void charge(long bytes) {
        charged += bytes;
    }

    long charged() {
        return charged;
    }

    // ---------------------------------------------------------------- arguments

    public int count() {
        return request.count();
    }

    public CommandException wrongArity() {
        return new CommandException(Command.wrongArity(command.name));
    }
}
