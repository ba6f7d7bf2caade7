package io.cachee.server.engine;

/** What became of a request. */
public enum Outcome {
    /** It was answered, or its answer has its place. */
    DONE,
    /** It has to wait, and is to be tried again in a while. */
    WAIT,
    /** It has to wait until all replies that are still to come have come. */
    AFTER_REPLIES
}
