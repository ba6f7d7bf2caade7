package io.cachee.l2;

import io.netty.channel.EventLoop;
import java.util.random.RandomGenerator;

/** What all parts of one link share. */
record LinkContext(
        L2Options options,
        Target target,
        EventLoop loop,
        Connector connector,
        Lookup lookup,
        Counts counts,
        Feed feed,
        Probe probe,
        RandomGenerator random) {}
