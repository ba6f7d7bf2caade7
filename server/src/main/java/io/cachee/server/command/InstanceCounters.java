package io.cachee.server.command;

import java.util.concurrent.atomic.LongAdder;

/** What happens seldom enough for all loops to count it together. */
final class InstanceCounters {
    final LongAdder connections = new LongAdder();
    final LongAdder rejectedConnections = new LongAdder();
    final LongAdder deniedConnections = new LongAdder();
    final LongAdder protocolErrors = new LongAdder();
    final LongAdder outputLimitDisconnects = new LongAdder();
    final LongAdder queryLimitDisconnects = new LongAdder();
    final LongAdder bufferTotalDisconnects = new LongAdder();
    final LongAdder idleDisconnects = new LongAdder();
    final LongAdder authFailures = new LongAdder();
    final LongAdder aclDenials = new LongAdder();
    final LongAdder acceptFailures = new LongAdder();
    final LongAdder handshakeFailures = new LongAdder();
    final LongAdder outOfMemory = new LongAdder();
    final LongAdder configReloads = new LongAdder();
    final LongAdder configReloadErrors = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder notifications = new LongAdder();
    final LongAdder expiredKeys = new LongAdder();
    final LongAdder evictedKeys = new LongAdder();
}
