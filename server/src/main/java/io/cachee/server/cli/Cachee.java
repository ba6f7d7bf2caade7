package io.cachee.server.cli;

import io.cachee.server.Log;
import io.cachee.server.NettyLog;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The entry point of the {@code cachee} command line. Exit codes: 0 done, 1 failed, 2 wrong arguments. {@code start} is
 * recognized here and does not load picocli, which parses the arguments of the other commands.
 */
public final class Cachee {
    private Cachee() {}

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    private static int execute(String[] args) {
        logNetty();
        if (args.length > 0 && args[0].equals("start")) {
            PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
            PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            return StartCommand.run(List.of(args).subList(1, args.length), System.getenv(), out, err);
        }
        return RootCommand.commandLine().execute(args);
    }

    static void logNetty() {
        NettyLog.writeTo(new Log(System.err));
    }
}
