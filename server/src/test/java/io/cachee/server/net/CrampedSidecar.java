package io.cachee.server.net;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A sidecar in a process of its own; prints its port, and what has become of it for each line it reads. */
final class CrampedSidecar {
    private CrampedSidecar() {}

    public static void main(String[] arguments) throws Exception {
        NetSidecar sidecar = NetSidecar.start();
        try {
            // Once before there are no descriptors left to load classes with.
            state(sidecar);
            System.out.println(sidecar.port());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (in.readLine() != null) {
                System.out.println(state(sidecar));
            }
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private static String state(NetSidecar sidecar) {
        return (long) sidecar.rejected("file_descriptors") + " " + sidecar.server.isAccepting() + " "
                + (long) sidecar.disconnects("out_of_memory") + " "
                + sidecar.hasLogged("closed: there is no memory left for network buffers");
    }
}
