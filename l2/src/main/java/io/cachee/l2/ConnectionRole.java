package io.cachee.l2;

import java.util.Objects;

/**
 * What a connection is for.
 *
 * @param tracked whether the keys that are read over it are reported
 * @param database as SELECT numbers them
 */
record ConnectionRole(boolean tracked, Protocol protocol, int database) {
    /** That of a record is made when it is first called, amid the first requests, and takes ten milliseconds. */
    @Override
    public int hashCode() {
        return Objects.hash(tracked, protocol, database);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectionRole role
                && tracked == role.tracked
                && protocol == role.protocol
                && database == role.database;
    }
}
