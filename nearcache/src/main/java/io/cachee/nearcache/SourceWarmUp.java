package io.cachee.nearcache;

import io.cachee.l2.Feed;
import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.L2Options;
import io.cachee.l2.ReplyHandler;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Store;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Fills a store that has no L2 with the hottest keys of an application, from a server that is asked once. Later changes
 * on that server are not reported, so the values live for at most a minute.
 */
public final class SourceWarmUp {
    private static final long LONGEST_MILLIS = 60_000;

    private final Store store;
    private final EventLoop loop;
    private final L2Options source;
    private final UnaryOperator<byte[]> storedName;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final AtomicInteger loaded = new AtomicInteger();
    private volatile int wanted;

    /** With the name under which the store keeps a key of the source. */
    public SourceWarmUp(Store store, UnaryOperator<byte[]> storedName, EventLoop loop, L2Options source) {
        this.store = store;
        this.storedName = storedName;
        this.loop = loop;
        this.source = source;
    }

    /** Loads at most {@code most} keys. Not on an event loop. */
    public WarmUp.Result run(String application, int most, long timeoutMillis) {
        long begun = System.nanoTime();
        String problem = "";
        CompletableFuture<L2> opened = new CompletableFuture<>();
        loop.execute(() -> open(opened));
        try {
            L2 link = opened.get(timeoutMillis, TimeUnit.MILLISECONDS);
            connected
                    .thenComposeAsync(_ -> new FleetList(link, application).read(most), loop)
                    .thenCompose(keys -> loadAll(link, keys))
                    .get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            problem = "not done within " + timeoutMillis + " ms";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        } catch (ExecutionException failed) {
            problem = String.valueOf(failed.getCause());
        }
        if (opened.isDone() && !opened.isCompletedExceptionally()) {
            loop.execute(opened.join()::close);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return new WarmUp.Result(loaded.get(), wanted, millis, problem);
    }

    private void open(CompletableFuture<L2> opened) {
        try {
            opened.complete(L2.open(source, loop, new Feed() {
                @Override
                public void invalidated(byte[] key) {
                    // The stored value may be a newer one that a client has written.
                }

                @Override
                public void invalidatedAll() {
                    // The same applies.
                }

                @Override
                public void began(String node, int generation) {
                    connected.complete(null);
                }

                @Override
                public void ended(String node, String why) {
                    connected.completeExceptionally(new IllegalStateException(why));
                }
            }));
        } catch (IllegalArgumentException wrong) {
            opened.completeExceptionally(wrong);
        }
    }

    private CompletableFuture<?> loadAll(L2 link, List<byte[]> keys) {
        wanted = keys.size();
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(keys.size());
        if (keys.isEmpty()) {
            all.complete(null);
        }
        for (byte[] key : keys) {
            One one = new One(key, left, all);
            int slot = link.slotOf(key, 0, key.length);
            link.sendTracked(RequestEncoder.encode(Arguments.GET, key), slot, one);
            link.sendTracked(RequestEncoder.encode(Arguments.PTTL, key), slot, one);
        }
        return all;
    }

    /** A key. It gets the reply to GET, and then the one to PTTL. */
    private final class One implements ReplyHandler {
        private final byte[] key;
        private final AtomicInteger left;
        private final CompletableFuture<Void> all;
        private Loaded got = Loaded.NONE;
        private int answers;

        One(byte[] key, AtomicInteger left, CompletableFuture<Void> all) {
            this.key = key;
            this.left = left;
            this.all = all;
        }

        @Override
        public void reply(ByteBuf frame) {
            if (answers++ == 0) {
                got = Loaded.of(frame);
                return;
            }
            if (answers > 2) {
                // GET failed, so the key is done already.
                return;
            }
            long ttlMillis = ReplyReader.integer(frame);
            byte[] value = got.value();
            if (value != null && ttlMillis >= -1) {
                long keptMillis = ttlMillis < 0 ? LONGEST_MILLIS : Math.clamp(ttlMillis, 1, LONGEST_MILLIS);
                byte[] name = storedName.apply(key);
                // A client may have written the key meanwhile.
                PutResult result = store.put(name, 0, name.length, value, 0, got.length(), keptMillis, PutMode.IF_ABSENT);
                loaded.addAndGet(result == PutResult.STORED ? 1 : 0);
            }
            done();
        }

        @Override
        public void failed(L2Failure why) {
            if (answers++ <= 1) {
                answers = 2;
                done();
            }
        }

        private void done() {
            if (left.decrementAndGet() == 0) {
                all.complete(null);
            }
        }
    }
}
