package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The versions of keyspaces, a hash in L2. When a version changes, all sidecars outdate their values of the keyspace;
 * any client of L2 may raise one. The hash is read over the tracked connection, so its changes are reported like those
 * of any other key. Confined to the link's event loop.
 */
final class KeyspaceVersions {
    static final String NAME = "cachee:versions";
    /** The field that stands for all keyspaces. */
    static final String ALL = "*";

    private static final byte[] KEY = Arguments.ascii(NAME);

    private final L2 l2;
    private final Consumer<String> outdate;
    private final Consumer<String> problems;
    /** The versions that were read last; null before the first read. */
    private @Nullable Map<String, String> known;

    KeyspaceVersions(L2 l2, Consumer<String> outdate, Consumer<String> problems) {
        this.l2 = l2;
        this.outdate = outdate;
        this.problems = problems;
    }

    private int slot() {
        return l2.slotOf(KEY, 0, KEY.length);
    }

    /** Notes that a key has changed. */
    void changed(byte[] key) {
        if (Arrays.equals(key, KEY)) {
            look();
        }
    }

    /** Reads the versions. L2 then reports the next change. */
    void look() {
        l2.sendTracked(RequestEncoder.encode(Arguments.ascii("HGETALL"), KEY), slot(), new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (ReplyReader.isError(frame)) {
                    problems.accept("the hash " + NAME + " in L2 cannot be read: " + ReplyReader.text(frame));
                } else {
                    compare(Reply.of(frame).strings());
                }
            }

            @Override
            public void failed(L2Failure why) {
                // They are read when the feed begins again.
            }
        });
    }

    private void compare(List<byte[]> pairs) {
        Map<String, String> now = new HashMap<>();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            now.put(text(pairs.get(i)), text(pairs.get(i + 1)));
        }
        Map<String, String> before = known;
        known = now;
        if (before != null) {
            now.forEach((name, version) -> {
                if (!version.equals(before.get(name))) {
                    outdate.accept(name);
                }
            });
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Raises the version of a keyspace, and outdates its values here at once. */
    void raise(String name, ReplyHandler handler) {
        outdate.accept(name);
        l2.send(
                RequestEncoder.encode(
                        Arguments.ascii("HINCRBY"), KEY, name.getBytes(StandardCharsets.UTF_8), Arguments.ONE),
                slot(),
                RespVersion.EITHER,
                -1,
                handler);
    }
}
