package io.cachee.server.engine;

/** Whether FLUSHALL and FLUSHDB are allowed. */
public final class FlushPermission {
    private FlushPermission() {}

    /** Throws if they are not allowed for this client here, or if their arguments are wrong. */
    public static void check(CommandContext call) {
        for (int i = 1; i < call.count(); i++) {
            if (!call.request.is(i, "ASYNC") && !call.request.is(i, "SYNC") || call.count() > 2) {
                throw CommandException.syntax();
            }
        }
        boolean named = !call.session.user.name.equals(Users.DEFAULT);
        if (!call.shared.options.allowFlush() && !named) {
            throw new CommandException("ERR " + call.command.upperCaseName() + " is not allowed: start with"
                    + " --allow-flush, or log in as a user whose rules allow it");
        }
    }
}
