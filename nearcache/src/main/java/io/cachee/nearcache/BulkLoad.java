package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Loads many keys in the background, in groups: one MGET for the values of a group and a PTTL for each of its keys. A
 * new pod does this before its code is compiled, so there is little work for each key.
 *
 * <p>A value is kept under the same conditions as that of a single load. A group is loaded key by key if the reply to
 * its MGET is an error or too large; so are all keys of a cluster, where one MGET cannot read several slots. Confined
 * to the link's event loop.
 */
final class BulkLoad {
    /** Hears about each group that is done. */
    interface Progress {
        /** So many more keys have been asked for, and so many of them have been kept. */
        void loaded(int keys, int kept);
    }

    private static final int GROUP = 128;
    private static final int MOST_GROUPS = 2;

    private final Loads loads;
    private final L1Values l1;
    private final L2 l2;
    private final boolean isCluster;
    private final LoadFences fences;
    private final LoadWindow window;
    private final Deque<byte[]> left;
    private final Progress progress;
    private int groups;

    BulkLoad(
            Loads loads,
            L1Values l1,
            L2 l2,
            boolean isCluster,
            LoadWindow window,
            List<byte[]> keys,
            Progress progress) {
        this.loads = loads;
        this.l1 = l1;
        this.l2 = l2;
        this.isCluster = isCluster;
        this.fences = l1.fences();
        this.window = window;
        this.left = new ArrayDeque<>(keys);
        this.progress = progress;
    }

    void proceed() {
        while (groups < MOST_GROUPS && !left.isEmpty()) {
            int room = window.room();
            if (room == 0 && groups > 0) {
                return;
            }
            boolean together = room > 0 && !isCluster;
            byte[][] keys = new byte[Math.min(left.size(), together ? Math.min(room, GROUP) : GROUP)][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = left.remove();
            }
            groups++;
            if (together) {
                window.enter(keys.length);
                new Group(keys).send();
            } else {
                oneByOne(keys);
            }
        }
    }

    private void ended(int keys, int kept) {
        groups--;
        progress.loaded(keys, kept);
        proceed();
    }

    private void oneByOne(byte[][] keys) {
        int[] answeredAndKept = new int[2];
        for (byte[] key : keys) {
            loads.load(key, l1.keyspaces().of(key), result -> {
                answeredAndKept[0]++;
                answeredAndKept[1] += result.kind() == Loaded.Kind.VALUE ? 1 : 0;
                if (answeredAndKept[0] == keys.length) {
                    ended(keys.length, answeredAndKept[1]);
                }
            });
        }
    }

    /** A group of keys. It gets one reply or failure for its MGET, and then one for each PTTL. */
    private final class Group implements ReplyHandler {
        private final byte[][] keys;
        private final Keyspace[] keyspaces;
        private final long[] fence;
        private final long[] validSince;
        private int generation;
        private long sentNanos;
        /** The reply to MGET, with room for a stamp behind each value; null if it brought none. */
        private byte @Nullable [] @Nullable [] values;

        private int answers;
        private int kept;

        Group(byte[][] keys) {
            this.keys = keys;
            this.keyspaces = new Keyspace[keys.length];
            this.fence = new long[keys.length];
            this.validSince = new long[keys.length];
        }

        void send() {
            generation = l2.generation(0);
            sentNanos = System.nanoTime();
            for (int i = 0; i < keys.length; i++) {
                keyspaces[i] = l1.keyspaces().of(keys[i]);
                fence[i] = fences.of(keys[i]);
                validSince[i] = keyspaces[i].validSince();
            }
            l2.sendTracked(RequestEncoder.encode(mget()), 0, this);
            for (byte[] key : keys) {
                l2.sendTracked(RequestEncoder.encode(Arguments.PTTL, key), 0, this);
            }
        }

        private byte[][] mget() {
            byte[][] arguments = new byte[1 + keys.length][];
            arguments[0] = Arguments.MGET;
            System.arraycopy(keys, 0, arguments, 1, keys.length);
            return arguments;
        }

        @Override
        public void reply(ByteBuf frame) {
            int answer = answers++;
            if (answer == 0) {
                values = Loaded.values(frame, keys.length);
            } else if (values != null) {
                timeToLive(answer - 1, values[answer - 1], ReplyReader.integer(frame));
            }
            endIfAnswered();
        }

        @Override
        public void failed(L2Failure why) {
            answers++;
            endIfAnswered();
        }

        private void timeToLive(int i, byte @Nullable [] stamped, long ttlMillis) {
            Keyspace keyspace = keyspaces[i];
            long nanos = System.nanoTime() - sentNanos;
            keyspace.count(KeyspaceCounter.LOADS);
            keyspace.add(KeyspaceCounter.LOAD_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos));
            if (stamped == null) {
                return;
            }
            Loaded value = new Loaded(Loaded.Kind.VALUE, stamped, "");
            keyspace.add(KeyspaceCounter.LOADED_BYTES, value.length());
            boolean current = generation != 0
                    && l2.generation(0) == generation
                    && fences.of(keys[i]) == fence[i]
                    && keyspace.validSince() == validSince[i];
            if (current && ttlMillis >= -1) {
                l1.keep(keys[i], keyspace, value, false, ttlMillis, generation, (int) TimeUnit.NANOSECONDS.toMillis(nanos));
                kept++;
            }
        }

        private void endIfAnswered() {
            if (answers <= keys.length) {
                return;
            }
            boolean hadValues = values != null;
            values = null;
            window.left(keys.length, hadValues);
            if (hadValues) {
                ended(keys.length, kept);
            } else {
                oneByOne(keys);
            }
        }
    }
}
