package io.cachee.server.engine;

import io.cachee.resp.Request;
import java.util.List;

/** Judges requests in tests of other packages. */
public final class Rights {
    private Rights() {}

    /** What ACL DRYRUN replies for a user with these rules, before an L2. */
    public static String verdict(CommandTable table, Command command, Request request, String... rules) {
        UserRules all = UserRules.none(table).with(List.of(rules), true);
        Denial denial = Permissions.denial(all, command, request);
        return denial == null ? "OK" : denial.inDryRun(command, request);
    }
}
