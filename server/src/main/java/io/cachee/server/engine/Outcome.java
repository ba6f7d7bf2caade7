package io.cachee.server.engine;

/** The result of {@link CommandExecutor#execute}. */
public enum Outcome {
    /** The request was answered, or the place of its reply is reserved. */
    DONE,
    /** CLIENT PAUSE holds the request: try it again when the pause ends. */
    WAIT,
    /** The request has to wait: try it again when all pending replies were given. */
    AFTER_REPLIES
}
