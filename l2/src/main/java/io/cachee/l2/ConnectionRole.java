package io.cachee.l2;

import java.util.Objects;

/**
 * What a connection is for.
 *
 * @param tracked whether changes of the keys read over it are reported
 */
record ConnectionRole(boolean tracked, RespVersion protocol, int database) {
    /** Written by hand: a record's own is linked at its first call, which would delay the first requests by 10 ms. */
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
