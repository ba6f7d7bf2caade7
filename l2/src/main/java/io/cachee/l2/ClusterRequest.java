package io.cachee.l2;

import io.cachee.resp.RequestEncoder;
import io.netty.buffer.ByteBuf;

/** A request to a cluster. It is kept until its reply has come, because a node may redirect it to another. */
@EventLoopConfined
final class ClusterRequest implements ReplyHandler {
    private static final int REDIRECTS_MAX = 5;

    private final ClusterRouter router;
    private final ByteBuf request;
    private final boolean tracked;
    private final RespVersion protocol;
    private final ReplyHandler handler;
    private Node node;
    private int redirects;

    /** Takes over the buffer. */
    ClusterRequest(
            ClusterRouter router,
            Node node,
            ByteBuf request,
            boolean tracked,
            RespVersion protocol,
            ReplyHandler handler) {
        this.router = router;
        this.node = node;
        this.request = request;
        this.tracked = tracked;
        this.protocol = protocol;
        this.handler = handler;
    }

    void send() {
        ByteBuf copy = request.retainedDuplicate();
        if (tracked && (redirects == 0 || node.isTracked())) {
            node.sendTracked(copy, this);
        } else {
            node.send(copy, protocol, 0, this);
        }
    }

    @Override
    public void reply(ByteBuf frame) {
        Redirect redirect = Redirect.of(frame);
        if (redirect == null) {
            request.release();
            handler.reply(frame);
            return;
        }
        Node next = router.redirected(redirect, node, tracked);
        redirects++;
        if (next == null || redirects > REDIRECTS_MAX) {
            request.release();
            String why = "sent from node to node " + redirects + " times, at last from " + node.name();
            handler.failed(new L2Failure(L2Failure.Kind.REDIRECTED_TOO_OFTEN, why));
            return;
        }
        node = next;
        if (redirect.isMoved()) {
            send();
        } else {
            // Both are sent in one turn of the event loop, so nothing comes between them. The read is not tracked.
            node.send(RequestEncoder.encode("ASKING"), protocol, 0, IgnoreReply.INSTANCE);
            node.send(request.retainedDuplicate(), protocol, 0, this);
        }
    }

    @Override
    public void failed(L2Failure why) {
        request.release();
        handler.failed(why);
    }
}
