package io.cachee.nearcache;

import io.cachee.l2.L2;
import io.cachee.l2.L2Failure;
import io.cachee.l2.ReplyHandler;
import io.cachee.l2.RespVersion;
import io.cachee.resp.Reply;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removes all keys with a prefix from all nodes of L2, page by page. It then raises the version of their keyspace, so
 * that no sidecar serves what it knew about them, not even that they were absent. Keys that are not removed yet may
 * still be served. Confined to the link's event loop.
 */
public final class Purge {
    /**
     * How a purge ended.
     *
     * @param removed the number of removed keys
     * @param problem why it did not complete; empty if it did
     */
    public record Result(long removed, String problem) {}

    private static final byte[] FIRST = Arguments.ascii("0");
    private static final byte[] PAGE = Arguments.ascii("500");

    private final L2 l2;
    private final KeyspaceVersions versions;
    private final byte[] prefix;
    private final Consumer<Result> done;
    private final List<Integer> nodes;
    private int node;
    private long removed;
    private boolean over;

    Purge(L2 l2, KeyspaceVersions versions, byte[] prefix, Consumer<Result> done) {
        this.l2 = l2;
        this.versions = versions;
        this.prefix = prefix;
        this.done = done;
        this.nodes = l2.slotsOfNodes();
    }

    void run() {
        if (nodes.isEmpty()) {
            end("no node of L2 is known");
        } else {
            scan(FIRST);
        }
    }

    private void end(String problem) {
        if (!over) {
            over = true;
            done.accept(new Result(removed, problem));
        }
    }

    /** Continues with the reply, or ends the purge if it is an error or does not arrive. */
    private ReplyHandler then(Consumer<ByteBuf> next) {
        return new ReplyHandler() {
            @Override
            public void reply(ByteBuf frame) {
                if (ReplyReader.isError(frame)) {
                    end(ReplyReader.text(frame));
                } else {
                    next.accept(frame);
                }
            }

            @Override
            public void failed(L2Failure why) {
                end(String.valueOf(why.getMessage()));
            }
        };
    }

    private void scan(byte[] cursor) {
        ByteBuf request = RequestEncoder.encode(
                Arguments.ascii("SCAN"),
                cursor,
                Arguments.ascii("MATCH"),
                pattern(prefix),
                Arguments.ascii("COUNT"),
                PAGE);
        l2.send(request, nodes.get(node), RespVersion.EITHER, -1, then(this::page));
    }

    private void page(ByteBuf frame) {
        List<Reply> parts = Reply.of(frame).items();
        byte[] cursor = parts.size() == 2 ? parts.get(0).bytes() : null;
        if (cursor == null || !parts.get(1).isAggregate()) {
            end("SCAN was not answered as expected");
            return;
        }
        remove(parts.get(1).strings(), cursor);
    }

    private void remove(List<byte[]> keys, byte[] cursor) {
        if (keys.isEmpty()) {
            removedPage(cursor);
            return;
        }
        int[] left = {keys.size()};
        for (byte[] key : keys) {
            ByteBuf request = RequestEncoder.encode(Arguments.ascii("UNLINK"), key);
            l2.send(request, l2.slotOf(key, 0, key.length), RespVersion.EITHER, -1, then(frame -> {
                removed += ReplyReader.integer(frame);
                if (--left[0] == 0 && !over) {
                    removedPage(cursor);
                }
            }));
        }
    }

    private void removedPage(byte[] cursor) {
        if (cursor.length != 1 || cursor[0] != '0') {
            scan(cursor);
        } else if (++node < nodes.size()) {
            scan(FIRST);
        } else {
            versions.raise(keyspace(), then(_ -> settle(0)));
        }
    }

    /** Waits until the nodes have reported all removed keys. */
    private void settle(int next) {
        if (next == nodes.size()) {
            end("");
        } else {
            l2.sendTracked(
                    RequestEncoder.encode(Arguments.ascii("PING")), nodes.get(next), then(_ -> settle(next + 1)));
        }
    }

    private String keyspace() {
        String text = new String(prefix, StandardCharsets.UTF_8);
        int colon = text.indexOf(':');
        return colon < 0 ? KeyspaceVersions.ALL : text.substring(0, colon);
    }

    /** A glob for all keys that begin with a text. */
    private static byte[] pattern(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 8);
        for (byte one : text) {
            if ("*?[]^-\\".indexOf(one) >= 0) {
                out.write('\\');
            }
            out.write(one);
        }
        out.write('*');
        return out.toByteArray();
    }
}
