package io.cachee.server.proxy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.Loaded;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.ReplyEncoder;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.PendingReply;
import io.cachee.server.engine.Session;
import io.cachee.store.Stamp;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * MGET: gathers values from L1 and loads those that L1 lacks. If the values are more than may be held, L2 answers the
 * whole MGET.
 */
final class GatheredReads {
    /** Larger MGETs are forwarded to L2, except in a cluster: loading every key would overflow the load queue. */
    private static final int MOST_KEYS = 5_000;

    private static final byte[] MGET = {'M', 'G', 'E', 'T'};

    private final NearCache nearCache;
    private final KeptValues kept;
    private final Forwarding forwarding;
    private final AtomicLong gatheredBytes = new AtomicLong();

    GatheredReads(NearCache nearCache, KeptValues kept, Forwarding forwarding) {
        this.nearCache = nearCache;
        this.kept = kept;
        this.forwarding = forwarding;
    }

    void get(CommandContext call) {
        if (!mayServe(call)) {
            forwarding.pass(call);
            return;
        }
        int count = call.count() - 1;
        // What one MGET may hold if L1 has all of its values.
        long most = call.shared.tunables.memory().copiedBytes();
        List<byte @Nullable []> values = new ArrayList<>(count);
        int missing = 0;
        long size = 0;
        for (int i = 1; i <= count; i++) {
            Keyspace keyspace = kept.keyspaceOf(call, i);
            byte[] found = kept.find(call, i, keyspace, (int) (most - size));
            size += found == null ? 0 : found.length;
            if (found != null && found.length == 0) {
                askForLarge(call);
                return;
            }
            call.looked(found != null);
            keyspace.count(found != null ? KeyspaceCounter.HITS : KeyspaceCounter.MISSES);
            values.add(found);
            missing += found == null ? 1 : 0;
        }
        if (missing > 0) {
            new Gathering(call, values, missing, size).load();
            return;
        }
        call.reply.array(count);
        for (byte[] value : values) {
            replyWith(call, value);
        }
    }

    private boolean mayServe(CommandContext call) {
        boolean isTooMany = call.count() - 1 > MOST_KEYS && !nearCache.isCluster();
        if (isTooMany || !kept.mayServe(call)) {
            return false;
        }
        for (int i = 1; i < call.count(); i++) {
            if (kept.isTooLong(call, i) || kept.isWrittenBehind(call, i)) {
                return false;
            }
        }
        return true;
    }

    private static void replyWith(CommandContext call, byte @Nullable [] stamped) {
        if (stamped == null || call.stamp.read(stamped, stamped.length).isAbsent()) {
            call.reply.nothing();
        } else {
            call.reply.bulk(stamped, 0, stamped.length - Stamp.BYTES);
        }
    }

    private void askForLarge(CommandContext call) {
        Session session = call.session;
        PendingReply place = call.pendingReply();
        session.loadsAwaited++;
        forwarding.large().askForValues(session, wordsOf(call), place, () -> session.loadsAwaited--);
    }

    private static List<byte[]> wordsOf(CommandContext call) {
        List<byte[]> words = new ArrayList<>(call.count());
        words.add(MGET);
        for (int i = 1; i < call.count(); i++) {
            words.add(call.request.bytes(i));
        }
        return words;
    }

    /**
     * The values of one MGET while some of them are being loaded. Confined to the link's event loop once that begins.
     */
    private final class Gathering {
        /** How many bytes all may hold together that wait for loads, and half of that for one of them. */
        private final long most;

        private final Session session;
        private final boolean inResp3;
        private final PendingReply place;
        private final List<byte[]> words;
        /** The values with their stamps; null for a key that is not loaded or does not exist. */
        private final List<byte @Nullable []> values;

        private final List<Keyspace> keyspaces = new ArrayList<>();
        private int missing;
        private long size;
        private boolean isTooLarge;
        private @Nullable Loaded failure;

        Gathering(CommandContext call, List<byte @Nullable []> values, int missing, long size) {
            this.session = call.session;
            this.inResp3 = session.resp3;
            this.values = values;
            this.missing = missing;
            this.words = wordsOf(call);
            this.most = call.shared.tunables.memory().copiedBytes();
            for (int i = 1; i < call.count(); i++) {
                keyspaces.add(kept.keyspaceOf(call, i));
            }
            this.place = call.pendingReply();
            session.loadsAwaited++;
            grow(size);
        }

        void load() {
            if (isTooLarge) {
                end();
                return;
            }
            List<Integer> absent = new ArrayList<>(missing);
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i) == null) {
                    absent.add(i);
                }
            }
            for (int index : absent) {
                nearCache.read(words.get(index + 1), keyspaces.get(index), loaded -> loaded(index, loaded));
            }
        }

        private void grow(long bytes) {
            size += bytes;
            boolean isTooMuchForAll = gatheredBytes.addAndGet(bytes) > most;
            if (size > most / 2 || isTooMuchForAll) {
                abandon();
            }
        }

        private void abandon() {
            isTooLarge = true;
            values.clear();
            giveBack();
        }

        private void giveBack() {
            gatheredBytes.addAndGet(-size);
            size = 0;
        }

        private void loaded(int index, Loaded loaded) {
            boolean isOfAnotherType =
                    loaded.kind() == Loaded.Kind.REFUSED && loaded.text().startsWith("WRONGTYPE");
            if (loaded.kind() == Loaded.Kind.TOO_LARGE) {
                abandon();
            } else if (loaded.kind() == Loaded.Kind.REFUSED && !isOfAnotherType) {
                failure = loaded;
            } else if (loaded.kind() == Loaded.Kind.FAILED) {
                failure = failure == null ? loaded : failure;
            } else if (!isTooLarge) {
                // MGET replies nil for a key that does not hold a string.
                byte[] value = loaded.value();
                values.set(index, value);
                grow(value == null ? 0 : value.length);
            }
            missing--;
            if (missing == 0) {
                end();
            }
        }

        private void end() {
            Runnable over = () -> session.loadsAwaited--;
            Loaded failed = failure;
            if (failed != null) {
                Forwarding.deliver(session, place, ReplyEncoder.error(failed.text()), over);
            } else if (isTooLarge) {
                forwarding.large().askForValues(session, words, place, over);
            } else {
                Forwarding.deliver(session, place, array(), over);
            }
            giveBack();
        }

        private ByteBuf array() {
            int length = (int) size + (1 + values.size()) * ReplyEncoder.MOST_AROUND;
            return Forwarding.orError(() -> {
                ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(length);
                ReplyEncoder.writeArray(out, values.size());
                Stamp stamp = new Stamp();
                for (byte[] value : values) {
                    if (value == null || stamp.read(value, value.length).isAbsent()) {
                        ReplyEncoder.writeNothing(out, inResp3);
                    } else {
                        ReplyEncoder.writeBulk(out, value, value.length - Stamp.BYTES);
                    }
                }
                return out;
            });
        }
    }
}
