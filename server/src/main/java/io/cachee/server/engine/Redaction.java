package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cachee.resp.Request;
import java.util.ArrayList;
import java.util.List;

/** Hides passwords in requests that are shown to clients, as the command's row says. Nothing else is hidden. */
final class Redaction {
    private static final byte[] HIDDEN = "(redacted)".getBytes(UTF_8);

    private Redaction() {}

    /** The arguments of a request, limited in number and length. */
    static List<byte[]> arguments(Command command, Request request, int mostArguments, int mostBytes) {
        List<byte[]> shown = new ArrayList<>();
        int count = Math.min(request.count(), mostArguments);
        for (int i = 0; i < count; i++) {
            boolean last = i == mostArguments - 1 && request.count() > mostArguments;
            if (last) {
                shown.add(("... (" + (request.count() - mostArguments + 1) + " more arguments)").getBytes(UTF_8));
            } else if ((i > 1 || !command.isSubcommand()) && command.secrets.hides(request, i)) {
                shown.add(HIDDEN);
            } else {
                shown.add(SlowLog.cut(request.bytes(i), mostBytes));
            }
        }
        return shown;
    }
}
