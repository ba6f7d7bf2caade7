package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** HSET and the other commands on hashes. They need an L2. */
final class HashCommands {
    private HashCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("hdel -3 write,fast @hash RWd:1 FORWARD");
        rows.add("hexists 3 readonly,fast @hash RO:1 FORWARD");
        rows.add("hget 3 readonly,fast @hash ROa:1 FORWARD");
        rows.add("hgetall 2 readonly @hash ROa:1 FORWARD");
        rows.add("hincrby 4 write,denyoom,fast @hash RWau:1 FORWARD");
        rows.add("hincrbyfloat 4 write,denyoom,fast @hash RWau:1 FORWARD");
        rows.add("hkeys 2 readonly @hash ROa:1 FORWARD");
        rows.add("hlen 2 readonly,fast @hash RO:1 FORWARD");
        rows.add("hmget -3 readonly,fast @hash ROa:1 FORWARD");
        rows.add("hmset -4 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hrandfield -2 readonly @hash ROa:1 FORWARD");
        rows.add("hscan -3 readonly @hash ROa:1 FORWARD");
        rows.add("hset -4 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hsetnx 4 write,denyoom,fast @hash RWi:1 FORWARD");
        rows.add("hstrlen 3 readonly,fast @hash RO:1 FORWARD");
        rows.add("hvals 2 readonly @hash ROa:1 FORWARD");

        rows.add("hexpire -6 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hexpireat -6 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hexpiretime -5 readonly,fast @hash ROa:1 FORWARD");
        rows.add("hpersist -5 write,fast @hash RWu:1 FORWARD");
        rows.add("hpexpire -6 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hpexpireat -6 write,denyoom,fast @hash RWu:1 FORWARD");
        rows.add("hpexpiretime -5 readonly,fast @hash ROa:1 FORWARD");
        rows.add("hpttl -5 readonly,fast @hash ROa:1 FORWARD");
        rows.add("httl -5 readonly,fast @hash ROa:1 FORWARD");
    }
}
