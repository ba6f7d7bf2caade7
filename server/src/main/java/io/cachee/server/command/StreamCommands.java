package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** XADD and the other commands on streams. They need an L2. */
final class StreamCommands {
    private StreamCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("xack -4 write,fast @stream RWu:1 FORWARD");
        rows.add("xadd -5 write,denyoom,fast @stream RWu:1 FORWARD");
        rows.add("xautoclaim -6 write,fast @stream RWd:1 FORWARD");
        rows.add("xclaim -6 write,fast @stream RWu:1 FORWARD");
        rows.add("xdel -3 write,fast @stream RWd:1 FORWARD");
        rows.add("xlen 2 readonly,fast @stream RO:1 FORWARD");
        rows.add("xpending -3 readonly @stream ROa:1 FORWARD");
        rows.add("xrange -4 readonly @stream ROa:1 FORWARD");
        rows.add("xread -4 readonly,blocking @stream ROa:STREAMS@1..-1%2 OWN_CONNECTION");
        rows.add("xreadgroup -7 write,blocking @stream ROa:STREAMS@4..-1%2 OWN_CONNECTION");
        rows.add("xrevrange -4 readonly @stream ROa:1 FORWARD");
        rows.add("xsetid -3 write,denyoom,fast @stream RWu:1 FORWARD");
        rows.add("xtrim -4 write @stream RWd:1 FORWARD");

        rows.add("xgroup -2 FORWARD");
        rows.add("xgroup|create -5 write,denyoom @stream RWi:2 FORWARD");
        rows.add("xgroup|createconsumer 5 write,denyoom @stream RWi:2 FORWARD");
        rows.add("xgroup|delconsumer 5 write @stream RWd:2 FORWARD");
        rows.add("xgroup|destroy 4 write @stream RWd:2 FORWARD");
        rows.add("xgroup|help 2 loading,stale @stream FORWARD");
        rows.add("xgroup|setid -5 write @stream RWu:2 FORWARD");

        rows.add("xinfo -2 FORWARD");
        rows.add("xinfo|consumers 4 readonly @stream ROa:2 FORWARD");
        rows.add("xinfo|groups 3 readonly @stream ROa:2 FORWARD");
        rows.add("xinfo|help 2 loading,stale @stream FORWARD");
        rows.add("xinfo|stream -3 readonly @stream ROa:2 FORWARD");
    }
}
