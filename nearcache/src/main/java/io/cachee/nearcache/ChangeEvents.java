package io.cachee.nearcache;

import io.cachee.l2.IgnoreReply;
import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.Protocol;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the database, told by whoever makes them or follows its log: a stream in L2 whose entries name keys,
 * prefixes and keyspaces that are outdated. Of all sidecars one takes each entry (a consumer group), removes from L2
 * what it names, and takes the entry out; the others hear of the removed keys as of any change. An entry that somebody
 * took and did not finish is taken by another after a while.
 *
 * <p>The length of the stream is read over the tracked connection, so nothing is asked while nothing is added, and no
 * connection waits. On the link's event loop.
 */
public final class ChangeEvents {
    static final String NAME = "cachee:events";

    private static final byte[] KEY = Arguments.ascii(NAME);
    private static final byte[] GROUP = Arguments.ascii("cachee");
    /** One name for all: who takes what is of no interest, and names of pods that are gone would pile up. */
    private static final byte[] CONSUMER = Arguments.ascii("sidecar");

    private static final byte[] BATCH = Arguments.ascii("100");
    private static final int PAUSE_MILLIS = 20;
    private static final int CLAIM_MILLIS = 5_000;

    /** Has a key be reported as changed even where it does not exist: others may remember that it does not. */
    private static final byte[] REMOVE = Arguments.ascii("""
        local n = redis.call('UNLINK', KEYS[1])
        if n == 0 then redis.call('SET', KEYS[1], '') redis.call('UNLINK', KEYS[1]) end
        return n
        """);

    private final L2 l2;
    private final EventLoop loop;
    private final KeyspaceVersions versions;
    private final Consumer<String> problems;
    private final LongAdder applied = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private volatile long waiting;
    private boolean busy;
    private boolean again;
    private boolean closed;
    private @Nullable ScheduledFuture<?> claimTimer;

    ChangeEvents(L2 l2, EventLoop loop, KeyspaceVersions versions, Consumer<String> problems) {
        this.l2 = l2;
        this.loop = loop;
        this.versions = versions;
        this.problems = problems;
    }

    /** Entries that this sidecar has taken and finished. */
    public long applied() {
        return applied.sum();
    }

    /** Entries that made no sense. */
    public long rejected() {
        return rejected.sum();
    }

    /** How many entries there were when it was looked last. */
    public long waiting() {
        return waiting;
    }

    private int slot() {
        return l2.slotOf(KEY, 0, KEY.length);
    }

    private void send(ReplyHandler handler, byte[]... arguments) {
        l2.send(RequestEncoder.encode(arguments), slot(), Protocol.EITHER, -1, handler);
    }

    // ---------------------------------------------------------------- looking

    void changed(byte[] key) {
        if (!Arrays.equals(key, KEY)) {
            return;
        }
        if (busy) {
            again = true;
        } else {
            look();
        }
    }

    /** Looks whether there are entries, which has the next one be told. */
    void look() {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        l2.sendTracked(RequestEncoder.encode(Arguments.ascii("XLEN"), KEY), slot(), new Step() {
            @Override
            void come(ByteBuf frame) {
                waiting = ReplyReader.integer(frame);
                if (waiting > 0) {
                    claimLater();
                    take(true);
                } else {
                    rest();
                }
            }
        });
    }

    /** What is done with a reply; an error or none at all ends this round. */
    private abstract class Step implements ReplyHandler {
        abstract void come(ByteBuf frame);

        void refused(String why) {
            problems.accept("the stream " + NAME + " in L2 cannot be read: " + why);
            rest();
        }

        @Override
        public void reply(ByteBuf frame) {
            if (ReplyReader.isError(frame)) {
                refused(ReplyReader.text(frame));
            } else {
                come(frame);
            }
        }

        @Override
        public void failed(L2Failure why) {
            rest();
        }
    }

    private void rest() {
        busy = false;
        if (again && !closed) {
            again = false;
            int pause = PAUSE_MILLIS + ThreadLocalRandom.current().nextInt(PAUSE_MILLIS);
            ScheduledFuture<?> ignored = loop.schedule(this::look, pause, TimeUnit.MILLISECONDS);
        }
    }

    // ---------------------------------------------------------------- taking

    private void take(boolean mayCreate) {
        Step taken = new Step() {
            @Override
            void come(ByteBuf frame) {
                List<Entry> entries = ofFirstStream(frame);
                if (entries.isEmpty()) {
                    rest();
                } else {
                    apply(entries, () -> take(false));
                }
            }

            @Override
            void refused(String why) {
                if (why.startsWith("NOGROUP") && mayCreate) {
                    create();
                } else {
                    super.refused(why);
                }
            }
        };
        send(
                taken,
                Arguments.ascii("XREADGROUP"),
                Arguments.ascii("GROUP"),
                GROUP,
                CONSUMER,
                Arguments.ascii("COUNT"),
                BATCH,
                Arguments.ascii("STREAMS"),
                KEY,
                Arguments.ascii(">"));
    }

    private void create() {
        Step created = new Step() {
            @Override
            void come(ByteBuf frame) {
                take(false);
            }

            @Override
            void refused(String why) {
                // Another may have been faster.
                take(false);
            }
        };
        send(created, Arguments.ascii("XGROUP"), Arguments.ascii("CREATE"), KEY, GROUP, Arguments.ascii("0"));
    }

    private void claimLater() {
        if (claimTimer == null && !closed) {
            int millis = CLAIM_MILLIS + ThreadLocalRandom.current().nextInt(CLAIM_MILLIS / 2);
            claimTimer = loop.schedule(this::claim, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Takes what others have taken and not finished. */
    private void claim() {
        claimTimer = null;
        if (closed || waiting == 0) {
            return;
        }
        claimLater();
        if (busy) {
            return;
        }
        busy = true;
        Step claimed = new Step() {
            @Override
            void come(ByteBuf frame) {
                List<Reply> parts = Reply.of(frame).items();
                apply(parts.size() > 1 ? entries(parts.get(1)) : List.of(), () -> {
                    again = true;
                    rest();
                });
            }
        };
        send(
                claimed,
                Arguments.ascii("XAUTOCLAIM"),
                KEY,
                GROUP,
                CONSUMER,
                Arguments.number(CLAIM_MILLIS),
                Arguments.ascii("0-0"),
                Arguments.ascii("COUNT"),
                BATCH);
    }

    // ---------------------------------------------------------------- entries

    /** An entry of the stream, with names and values in turn. */
    private static final class Entry {
        private final byte[] id;
        private final List<Reply> fields;

        Entry(byte[] id, List<Reply> fields) {
            this.id = id;
            this.fields = fields;
        }
    }

    /** Of an array of pairs, or of a map. */
    private static List<Entry> ofFirstStream(ByteBuf frame) {
        List<Reply> streams = Reply.of(frame).items();
        List<Reply> first = !streams.isEmpty() && streams.get(0).isAggregate()
                ? streams.get(0).items()
                : streams;
        return first.size() > 1 ? entries(first.get(1)) : List.of();
    }

    private static List<Entry> entries(Reply listed) {
        List<Entry> entries = new ArrayList<>();
        for (Reply one : listed.items()) {
            List<Reply> pair = one.items();
            byte[] id = pair.size() == 2 ? pair.get(0).bytes() : null;
            if (id != null) {
                entries.add(new Entry(id, pair.get(1).items()));
            }
        }
        return entries;
    }

    /** Applies entries, all at once, and goes on when all are finished. */
    private void apply(List<Entry> entries, Runnable next) {
        if (entries.isEmpty()) {
            next.run();
            return;
        }
        int[] left = {entries.size()};
        for (Entry entry : entries) {
            new Application(entry, () -> {
                        if (--left[0] == 0) {
                            next.run();
                        }
                    })
                    .run();
        }
    }

    /** Does what an entry says, and takes it out of the stream when that is done. */
    private final class Application {
        private final Entry entry;
        private final Runnable next;
        private int left = 1;
        private boolean failed;

        Application(Entry entry, Runnable next) {
            this.entry = entry;
            this.next = next;
        }

        void run() {
            boolean understood = entry.fields.size() >= 2;
            for (int i = 0; i + 1 < entry.fields.size(); i += 2) {
                byte[] name = entry.fields.get(i + 1).bytes();
                understood &= name != null && begin(entry.fields.get(i).text(), name);
            }
            if (!understood) {
                rejected.increment();
                problems.accept(
                        "an entry of the stream " + NAME + " in L2 is not of the fields key, prefix and keyspace: "
                                + new String(entry.id, StandardCharsets.UTF_8));
            }
            ended(true);
        }

        private boolean begin(String what, byte[] name) {
            if (name.length == 0) {
                return false;
            }
            switch (what) {
                case "key" -> remove(name);
                case "prefix" -> purge(name);
                case "keyspace" ->
                    purge((new String(name, StandardCharsets.UTF_8) + ":").getBytes(StandardCharsets.UTF_8));
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void remove(byte[] key) {
            left++;
            ByteBuf request = RequestEncoder.encode(Arguments.EVAL, REMOVE, Arguments.ONE, key);
            l2.send(request, l2.slotOf(key, 0, key.length), Protocol.EITHER, -1, new ReplyHandler() {
                @Override
                public void reply(ByteBuf frame) {
                    ended(!ReplyReader.isError(frame));
                }

                @Override
                public void failed(L2Failure why) {
                    ended(false);
                }
            });
        }

        private void purge(byte[] prefix) {
            left++;
            new Purge(l2, versions, prefix, result -> ended(result.problem().isEmpty())).run();
        }

        private void ended(boolean well) {
            failed |= !well;
            if (--left > 0) {
                return;
            }
            if (!failed) {
                applied.increment();
                // If these fail, the entry is applied once more, which does no harm.
                send(IgnoreReply.INSTANCE, Arguments.ascii("XACK"), KEY, GROUP, entry.id);
                send(IgnoreReply.INSTANCE, Arguments.ascii("XDEL"), KEY, entry.id);
            }
            next.run();
        }
    }

    void close() {
        closed = true;
        ScheduledFuture<?> planned = claimTimer;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
