package io.cachee.l2;

/** Where a node is, as it is named; the name is looked up for every connection anew. */
record HostPort(String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
