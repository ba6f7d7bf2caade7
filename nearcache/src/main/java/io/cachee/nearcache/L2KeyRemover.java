package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Removes from L2 what a {@link ChangeEvent} names. The other sidecars hear of it like any other change. Confined to
 * the event loop of the link.
 */
final class L2KeyRemover {
    /** Makes L2 report a key as changed even if it does not exist: sidecars may remember that it does not. */
    private static final byte[] REMOVE = Arguments.ascii("""
        local n = redis.call('UNLINK', KEYS[1])
        if n == 0 then redis.call('SET', KEYS[1], '') redis.call('UNLINK', KEYS[1]) end
        return n
        """);

    private final L2 l2;
    private final KeyspaceVersions versions;

    L2KeyRemover(L2 l2, KeyspaceVersions versions) {
        this.l2 = l2;
        this.versions = versions;
    }

    /** Applies an event. Calls {@code done} once, with whether all of it was removed. */
    void apply(ChangeEvent event, Consumer<Boolean> done) {
        new Application(done).run(event);
    }

    private final class Application {
        private final Consumer<Boolean> done;
        private int left = 1;
        private boolean failed;

        Application(Consumer<Boolean> done) {
            this.done = done;
        }

        void run(ChangeEvent event) {
            for (ChangeEvent.Outdated one : event.outdated()) {
                left++;
                switch (one.scope()) {
                    case KEY -> remove(one.name());
                    case PREFIX -> purge(one.name());
                    case KEYSPACE -> purge(withColon(one.name()));
                }
            }
            ended(true);
        }

        private void remove(byte[] key) {
            ByteBuf request = RequestEncoder.encode(Arguments.EVAL, REMOVE, Arguments.ONE, key);
            l2.send(request, l2.slotOf(key, 0, key.length), RespVersion.EITHER, -1, new ReplyHandler() {
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
            new Purge(l2, versions, prefix, result -> ended(result.problem().isEmpty())).run();
        }

        private void ended(boolean succeeded) {
            failed |= !succeeded;
            if (--left == 0) {
                done.accept(!failed);
            }
        }
    }

    private static byte[] withColon(byte[] name) {
        byte[] prefix = Arrays.copyOf(name, name.length + 1);
        prefix[name.length] = ':';
        return prefix;
    }
}
