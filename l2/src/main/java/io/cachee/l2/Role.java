package io.cachee.l2;

/**
 * What a connection is for.
 *
 * @param tracked whether the keys that are read over it are reported
 * @param database as SELECT numbers them
 */
record Role(boolean tracked, Protocol protocol, int database) {}
