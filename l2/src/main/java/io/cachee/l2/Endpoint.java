package io.cachee.l2;

/**
 * Where to connect to.
 *
 * @param replica whether a replica is expected there, to be read from
 */
record Endpoint(HostPort address, boolean replica) {}
