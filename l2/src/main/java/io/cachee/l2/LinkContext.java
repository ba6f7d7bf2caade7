package io.cachee.l2;

import io.netty.channel.EventLoop;
import java.util.random.RandomGenerator;

/** What all parts of one link share. */
final class LinkContext {
    private final L2Options options;
    private final ServerUri server;
    private final EventLoop loop;
    private final Feed feed;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final LinkCounters counters = new LinkCounters();
    private final Probe probe = new Probe(random);
    private final Connector connector;
    private final BlockingTasks blocking;

    LinkContext(L2Options options, ServerUri server, EventLoop loop, Feed feed) {
        this.options = options;
        this.server = server;
        this.loop = loop;
        this.feed = feed;
        this.connector = new Connector(options, server, loop);
        this.blocking = new BlockingTasks(loop, new Topology(options, server));
    }

    L2Options options() {
        return options;
    }

    ServerUri server() {
        return server;
    }

    EventLoop loop() {
        return loop;
    }

    Feed feed() {
        return feed;
    }

    RandomGenerator random() {
        return random;
    }

    LinkCounters counters() {
        return counters;
    }

    Probe probe() {
        return probe;
    }

    Connector connector() {
        return connector;
    }

    BlockingTasks blocking() {
        return blocking;
    }
}
