package io.cachee.l2;

/** @param replica whether the node is expected to be a replica, to be read from */
record Endpoint(HostPort address, boolean replica) {}
