package io.cachee.server.cli;

import io.cachee.resp.Reply;
import io.cachee.server.load.TargetServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee warm}. */
@Command(
        name = "warm",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Has a running cache load keys from its L2, so that the first to ask for them finds them there.")
final class WarmCommand implements Callable<Integer> {
    private static final int BATCH = 100;

    /** The options that choose the keys. */
    static final class Keys {
        @Option(names = "--file", paramLabel = "FILE", description = "The keys in this file, one a line.")
        @Nullable
        Path file;

        @Option(names = "--pattern", paramLabel = "PATTERN", description = "All keys like this, such as product:*.")
        @Nullable
        String pattern;
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @ArgGroup(multiplicity = "1")
    private final Keys keys = new Keys();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100000",
            description = "So many keys at most. Default: ${DEFAULT-VALUE}")
    private int limit;

    private int asked;
    private int found;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit: 1 or more");
        }
        long begun = System.nanoTime();
        try {
            TargetServer target = server.target();
            Path file = keys.file;
            if (file != null) {
                load(target, Files.readAllLines(file, StandardCharsets.UTF_8));
            } else {
                scan(target, String.valueOf(keys.pattern));
            }
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException problem) {
            spec.commandLine().getErr().println("cachee warm: " + problem.getMessage());
            return 1;
        }
        spec.commandLine()
                .getOut()
                .printf("%d of %d keys loaded in %d ms%n", found, asked, (System.nanoTime() - begun) / 1_000_000);
        return 0;
    }

    private void scan(TargetServer target, String pattern) throws IOException {
        String cursor = "0";
        do {
            List<Reply> parts = target.query("SCAN", cursor, "MATCH", pattern, "COUNT", "1000")
                    .items();
            if (parts.size() != 2 || !parts.get(1).isAggregate()) {
                throw new IOException("SCAN was not answered with a cursor and keys");
            }
            cursor = parts.get(0).text();
            load(target, parts.get(1).items().stream().map(Reply::text).toList());
        } while (!cursor.equals("0") && asked < limit);
    }

    private void load(TargetServer target, List<String> names) throws IOException {
        List<String> wanted = names.stream().filter(name -> !name.isEmpty()).toList();
        for (int from = 0; from < wanted.size() && asked < limit; from += BATCH) {
            int to = Math.min(wanted.size(), Math.min(from + BATCH, from + limit - asked));
            List<String> request = new ArrayList<>(List.of("MGET"));
            request.addAll(wanted.subList(from, to));
            Reply values = target.query(request.toArray(new String[0]));
            if (!values.isAggregate()) {
                throw new IOException("MGET was not answered with values");
            }
            asked += to - from;
            found += values.strings().size();
        }
    }
}
