package io.cachee.server.engine;

/** The work of a command that may take long. It is done in slices, between which other clients are served. */
@FunctionalInterface
public interface SlicedTask {
    /** Does a bounded part of the work and may write a part of the reply. True when all is done. */
    boolean slice(CommandContext call);
}
