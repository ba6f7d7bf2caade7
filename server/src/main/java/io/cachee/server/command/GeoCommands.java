package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** GEOADD and the like. They need an L2. */
final class GeoCommands {
    private GeoCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("geoadd -5 write,denyoom @geo RWu:1 FORWARD");
        rows.add("geodist -4 readonly @geo ROa:1 FORWARD");
        rows.add("geohash -2 readonly @geo ROa:1 FORWARD");
        rows.add("geopos -2 readonly @geo ROa:1 FORWARD");
        rows.add("georadius -6 write,denyoom @geo ROa:1 OWu:STORE@6 OWu:STOREDIST@6 FORWARD");
        rows.add("georadius_ro -6 readonly @geo ROa:1 FORWARD");
        rows.add("georadiusbymember -5 write,denyoom @geo ROa:1 OWu:STORE@5 OWu:STOREDIST@5 FORWARD");
        rows.add("georadiusbymember_ro -5 readonly @geo ROa:1 FORWARD");
        rows.add("geosearch -7 readonly @geo ROa:1 FORWARD");
        rows.add("geosearchstore -8 write,denyoom @geo OWu:1 ROa:2 FORWARD");
    }
}
