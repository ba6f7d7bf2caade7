package io.cachee.l2;

/** The address of a node. The name is resolved again for every connection. */
record HostPort(String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
