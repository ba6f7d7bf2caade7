package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** ZADD and the other commands on sorted sets. They need an L2. */
final class SortedSetCommands {
    private SortedSetCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("zadd -4 write,denyoom,fast @sortedset RWu:1 FORWARD");
        rows.add("zcard 2 readonly,fast @sortedset RO:1 FORWARD");
        rows.add("zcount 4 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zdiff -3 readonly @sortedset ROa:#1 FORWARD");
        rows.add("zdiffstore -4 write,denyoom @sortedset OWu:1 ROa:#2 FORWARD");
        rows.add("zincrby 4 write,denyoom,fast @sortedset RWau:1 FORWARD");
        rows.add("zinter -3 readonly @sortedset ROa:#1 FORWARD");
        rows.add("zintercard -3 readonly @sortedset ROa:#1 FORWARD");
        rows.add("zinterstore -4 write,denyoom @sortedset OWu:1 ROa:#2 FORWARD");
        rows.add("zlexcount 4 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zmpop -4 write @sortedset RWad:#1 FORWARD");
        rows.add("zmscore -3 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zpopmax -2 write,fast @sortedset RWad:1 FORWARD");
        rows.add("zpopmin -2 write,fast @sortedset RWad:1 FORWARD");
        rows.add("zrandmember -2 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrange -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrangebylex -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrangebyscore -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrangestore -5 write,denyoom @sortedset OWu:1 ROa:2 FORWARD");
        rows.add("zrank 3 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zrem -3 write,fast @sortedset RWd:1 FORWARD");
        rows.add("zremrangebylex 4 write @sortedset RWd:1 FORWARD");
        rows.add("zremrangebyrank 4 write @sortedset RWd:1 FORWARD");
        rows.add("zremrangebyscore 4 write @sortedset RWd:1 FORWARD");
        rows.add("zrevrange -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrevrangebylex -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrevrangebyscore -4 readonly @sortedset ROa:1 FORWARD");
        rows.add("zrevrank 3 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zscan -3 readonly @sortedset ROa:1 FORWARD");
        rows.add("zscore 3 readonly,fast @sortedset ROa:1 FORWARD");
        rows.add("zunion -3 readonly @sortedset ROa:#1 FORWARD");
        rows.add("zunionstore -4 write,denyoom @sortedset OWu:1 ROa:#2 FORWARD");

        rows.add("bzmpop -5 write,blocking @sortedset RWad:#2 OWN_CONNECTION");
        rows.add("bzpopmax -3 write,noscript,blocking,fast @sortedset RWad:1..-2 OWN_CONNECTION");
        rows.add("bzpopmin -3 write,noscript,blocking,fast @sortedset RWad:1..-2 OWN_CONNECTION");
    }
}
