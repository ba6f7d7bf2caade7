package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** SADD and the other commands on sets. They need an L2. */
final class SetCommands {
    private SetCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("sadd -3 write,denyoom,fast @set RWi:1 FORWARD");
        rows.add("scard 2 readonly,fast @set RO:1 FORWARD");
        rows.add("sdiff -2 readonly @set ROa:1..-1 FORWARD");
        rows.add("sdiffstore -3 write,denyoom @set OWu:1 ROa:2..-1 FORWARD");
        rows.add("sinter -2 readonly @set ROa:1..-1 FORWARD");
        rows.add("sintercard -3 readonly @set ROa:#1 FORWARD");
        rows.add("sinterstore -3 write,denyoom @set RWu:1 ROa:2..-1 FORWARD");
        rows.add("sismember 3 readonly,fast @set RO:1 FORWARD");
        rows.add("smembers 2 readonly @set ROa:1 FORWARD");
        rows.add("smismember -3 readonly,fast @set ROa:1 FORWARD");
        rows.add("smove 4 write,fast @set RWad:1 RWi:2 FORWARD");
        rows.add("spop -2 write,fast @set RWad:1 FORWARD");
        rows.add("srandmember -2 readonly @set ROa:1 FORWARD");
        rows.add("srem -3 write,fast @set RWd:1 FORWARD");
        rows.add("sscan -3 readonly @set ROa:1 FORWARD");
        rows.add("sunion -2 readonly @set ROa:1..-1 FORWARD");
        rows.add("sunionstore -3 write,denyoom @set OWu:1 ROa:2..-1 FORWARD");
    }
}
