package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** LPUSH and the other commands on lists. They need an L2. */
final class ListCommands {
    private ListCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("lindex 3 readonly @list ROa:1 FORWARD");
        rows.add("linsert 5 write,denyoom @list RWi:1 FORWARD");
        rows.add("llen 2 readonly,fast @list RO:1 FORWARD");
        rows.add("lmove 5 write,denyoom @list RWad:1 RWi:2 FORWARD");
        rows.add("lmpop -4 write @list RWad:#1 FORWARD");
        rows.add("lpop -2 write,fast @list RWad:1 FORWARD");
        rows.add("lpos -3 readonly @list ROa:1 FORWARD");
        rows.add("lpush -3 write,denyoom,fast @list RWi:1 FORWARD");
        rows.add("lpushx -3 write,denyoom,fast @list RWi:1 FORWARD");
        rows.add("lrange 4 readonly @list ROa:1 FORWARD");
        rows.add("lrem 4 write @list RWd:1 FORWARD");
        rows.add("lset 4 write,denyoom @list RWu:1 FORWARD");
        rows.add("ltrim 4 write @list RWd:1 FORWARD");
        rows.add("rpop -2 write,fast @list RWad:1 FORWARD");
        rows.add("rpoplpush 3 write,denyoom @list RWad:1 RWi:2 FORWARD");
        rows.add("rpush -3 write,denyoom,fast @list RWi:1 FORWARD");
        rows.add("rpushx -3 write,denyoom,fast @list RWi:1 FORWARD");

        rows.add("blmove 6 write,denyoom,noscript,blocking @list RWad:1 RWi:2 OWN_CONNECTION");
        rows.add("blmpop -5 write,blocking @list RWad:#2 OWN_CONNECTION");
        rows.add("blpop -3 write,noscript,blocking @list RWad:1..-2 OWN_CONNECTION");
        rows.add("brpop -3 write,noscript,blocking @list RWad:1..-2 OWN_CONNECTION");
        rows.add("brpoplpush 4 write,denyoom,noscript,blocking @list RWad:1 RWi:2 OWN_CONNECTION");
    }
}
