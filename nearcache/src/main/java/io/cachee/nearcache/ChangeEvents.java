package io.cachee.nearcache;

import io.cachee.l2.IgnoreReply;
import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the database, announced by whoever makes them or follows the database's log: a stream in L2 whose entries
 * name keys, prefixes and keyspaces that are outdated. The sidecars share the entries through a consumer group. Each
 * entry is taken by one sidecar, which removes from L2 what the entry names and then removes the entry. An entry that a
 * sidecar took and did not finish is taken by another one after a while.
 *
 * <p>The length of the stream is read over the tracked connection. So L2 reports when an entry is added, and no
 * connection has to poll or block. Confined to the link's event loop, except the counters.
 */
public final class ChangeEvents {
    static final String NAME = "cachee:events";

    private static final byte[] KEY = Arguments.ascii(NAME);
    private static final byte[] GROUP = Arguments.ascii("cachee");
    /** All sidecars use one name; names of their own would pile up in L2 as pods come and go. */
    private static final byte[] CONSUMER = Arguments.ascii("sidecar");

    private static final byte[] BATCH = Arguments.ascii("100");
    private static final int PAUSE_MILLIS = 20;
    private static final int CLAIM_MILLIS = 5_000;

    private final L2 l2;
    private final EventLoop loop;
    private final L2KeyRemover invalidator;
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
        this.invalidator = new L2KeyRemover(l2, versions);
        this.problems = problems;
    }

    /** Entries that this sidecar has applied. */
    public long applied() {
        return applied.sum();
    }

    /** Entries that were not understood. */
    public long rejected() {
        return rejected.sum();
    }

    /** The number of entries in the stream when it was last looked at. */
    public long waiting() {
        return waiting;
    }

    private int slot() {
        return l2.slotOf(KEY, 0, KEY.length);
    }

    private void send(ReplyHandler handler, byte[]... arguments) {
        l2.send(RequestEncoder.encode(arguments), slot(), RespVersion.EITHER, -1, handler);
    }

    // ---------------------------------------------------------------- looking

    /** Notes that a key has changed. */
    void changed(byte[] key) {
        if (Arrays.equals(key, KEY)) {
            look();
        }
    }

    /** Looks whether there are entries. L2 then reports when one is added. */
    void look() {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        l2.sendTracked(RequestEncoder.encode(Arguments.ascii("XLEN"), KEY), slot(), new Step() {
            @Override
            void proceed(ByteBuf frame) {
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

    /** Continues with a reply. An error, or no reply, ends this round. */
    private abstract class Step implements ReplyHandler {
        abstract void proceed(ByteBuf frame);

        void refused(String why) {
            problems.accept("the stream " + NAME + " in L2 cannot be read: " + why);
            rest();
        }

        @Override
        public void reply(ByteBuf frame) {
            if (ReplyReader.isError(frame)) {
                refused(ReplyReader.text(frame));
            } else {
                proceed(frame);
            }
        }

        @Override
        public void failed(L2Failure why) {
            rest();
        }
    }

    /** Ends this round, and plans another if something changed meanwhile. */
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
            void proceed(ByteBuf frame) {
                List<ChangeEvent> events = ChangeEvent.ofFirstStream(Reply.of(frame));
                if (events.isEmpty()) {
                    rest();
                } else {
                    apply(events, () -> take(false));
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
            void proceed(ByteBuf frame) {
                take(false);
            }

            @Override
            void refused(String why) {
                // Another sidecar may have created it first.
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

    /** Takes entries that others have taken and not finished. */
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
            void proceed(ByteBuf frame) {
                List<Reply> parts = Reply.of(frame).items();
                apply(parts.size() > 1 ? ChangeEvent.ofEntries(parts.get(1)) : List.of(), () -> {
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

    // ---------------------------------------------------------------- applying

    /** Applies events, all at once, and then runs {@code next}. */
    private void apply(List<ChangeEvent> events, Runnable next) {
        if (events.isEmpty()) {
            next.run();
            return;
        }
        int[] left = {events.size()};
        for (ChangeEvent event : events) {
            if (!event.isUnderstood()) {
                rejected.increment();
                problems.accept("an entry of the stream " + NAME
                        + " in L2 is not of the fields key, prefix and keyspace: " + event);
            }
            invalidator.apply(event, succeeded -> {
                if (succeeded) {
                    finish(event);
                }
                if (--left[0] == 0) {
                    next.run();
                }
            });
        }
    }

    /** Removes an event from the stream. If that fails it is applied once more, which does no harm. */
    private void finish(ChangeEvent event) {
        applied.increment();
        send(IgnoreReply.INSTANCE, Arguments.ascii("XACK"), KEY, GROUP, event.id());
        send(IgnoreReply.INSTANCE, Arguments.ascii("XDEL"), KEY, event.id());
    }

    void close() {
        closed = true;
        ScheduledFuture<?> planned = claimTimer;
        if (planned != null) {
            planned.cancel(false);
        }
    }
}
