package io.cachee.server.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What may be shown of a request: passwords never are. */
final class Redaction {
    private static final byte[] HIDDEN = "(redacted)".getBytes(UTF_8);
    private static final Set<String> ALL_ARGUMENTS = Set.of("auth", "acl", "migrate");

    private Redaction() {}

    /** The arguments, so many at most and each so long at most. */
    static List<byte[]> arguments(Command command, Request request, int mostArguments, int mostBytes) {
        List<byte[]> shown = new ArrayList<>();
        int count = Math.min(request.count(), mostArguments);
        boolean hello = command.name.equals("hello");
        boolean config = command.name.equals("config");
        for (int i = 0; i < count; i++) {
            boolean last = i == mostArguments - 1 && request.count() > mostArguments;
            if (last) {
                shown.add(("... (" + (request.count() - mostArguments + 1) + " more arguments)").getBytes(UTF_8));
            } else if (i > 0 && (ALL_ARGUMENTS.contains(command.name) || hello && i > 1 || config && i > 2)) {
                shown.add(HIDDEN);
            } else {
                shown.add(SlowLog.cut(request.bytes(i), mostBytes));
            }
        }
        return shown;
    }
}
