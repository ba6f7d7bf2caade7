package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** PFADD and the like. They need an L2. */
final class HyperLogLogCommands {
    private HyperLogLogCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("pfadd -2 write,denyoom,fast @hyperloglog RWi:1 FORWARD");
        rows.add("pfcount -2 readonly @hyperloglog RWa:1..-1 FORWARD");
        rows.add("pfdebug 3 write,denyoom,admin @hyperloglog RWa:2 OWN_CONNECTION l2-admin");
        rows.add("pfmerge -2 write,denyoom @hyperloglog RWai:1 ROa:2..-1 FORWARD");
        rows.add("pfselftest 1 admin @hyperloglog OWN_CONNECTION l2-admin");
    }
}
