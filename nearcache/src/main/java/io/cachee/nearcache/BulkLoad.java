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
 * Loads many keys for nobody who waits for one of them: group by group, the values of a group by one MGET and then how
 * long each of them lives. A new pod does this before any of its code is compiled, so what counts is how little is done
 * for each key.
 *
 * <p>What is kept is judged as for a single load. A group whose MGET is answered by an error, or by more than is taken,
 * is loaded key by key, and so are all keys of a cluster, which lie in many places. Everything happens on the event
 * loop of the link.
 */
final class BulkLoad {
    /** Is told, for each group, of how many keys all is known now, and how many of them have values. */
    public interface Progress {
        void loaded(int keys, int values);
    }

    private static final int GROUP = 128;
    private static final int MOST_GROUPS = 2;

    private final Loads loads;
    private final NearCache tier;
    private final L2 l2;
    private final LoadFences epochs;
    private final LoadWindow window;
    private final Deque<byte[]> left;
    private final Progress progress;
    private int groups;

    BulkLoad(
            Loads loads,
            NearCache tier,
            L2 l2,
            LoadFences epochs,
            LoadWindow window,
            List<byte[]> keys,
            Progress progress) {
        this.loads = loads;
        this.tier = tier;
        this.l2 = l2;
        this.epochs = epochs;
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
            boolean together = room > 0 && !tier.isCluster();
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

    private void ended(int keys, int values) {
        groups--;
        progress.loaded(keys, values);
        proceed();
    }

    private void oneByOne(byte[][] keys) {
        int[] answeredAndValues = new int[2];
        for (byte[] key : keys) {
            loads.load(key, tier.keyspaces().of(key, 0, key.length), result -> {
                answeredAndValues[0]++;
                answeredAndValues[1] += result.kind() == Loaded.Kind.VALUE ? 1 : 0;
                if (answeredAndValues[0] == keys.length) {
                    ended(keys.length, answeredAndValues[1]);
                }
            });
        }
    }

    /** Is told of each reply in turn, whether it came or did not: that with the values, then one for each key. */
    private final class Group implements ReplyHandler {
        private final byte[][] keys;
        private final Keyspace[] keyspaces;
        private final long[] sentIn;
        private final long[] validSince;
        private int generation;
        private long sentNanos;
        /** With room for a stamp behind each; null as a whole when there are none. */
        private byte @Nullable [] @Nullable [] values;

        private int answers;
        private int kept;

        Group(byte[][] keys) {
            this.keys = keys;
            this.keyspaces = new Keyspace[keys.length];
            this.sentIn = new long[keys.length];
            this.validSince = new long[keys.length];
        }

        void send() {
            generation = l2.generation(0);
            sentNanos = System.nanoTime();
            for (int i = 0; i < keys.length; i++) {
                keyspaces[i] = tier.keyspaces().of(keys[i], 0, keys[i].length);
                sentIn[i] = epochs.of(keys[i]);
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

        private void timeToLive(int i, byte @Nullable [] stamped, long ttl) {
            Keyspace keyspace = keyspaces[i];
            long nanos = System.nanoTime() - sentNanos;
            keyspace.loads.increment();
            keyspace.loadMicros.add(TimeUnit.NANOSECONDS.toMicros(nanos));
            if (stamped == null) {
                return;
            }
            Loaded value = new Loaded(Loaded.Kind.VALUE, stamped, "");
            keyspace.loadedBytes.add(value.length());
            boolean current = generation != 0
                    && l2.generation(0) == generation
                    && epochs.of(keys[i]) == sentIn[i]
                    && keyspace.validSince() == validSince[i];
            if (current && ttl >= -1) {
                tier.keep(keys[i], keyspace, value, false, ttl, generation, (int) TimeUnit.NANOSECONDS.toMillis(nanos));
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
