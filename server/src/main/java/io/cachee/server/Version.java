package io.cachee.server;

/** Which version of Cachee this is. */
public final class Version {
    private Version() {}

    /** The version of the jar; classes that run from a folder have none. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
