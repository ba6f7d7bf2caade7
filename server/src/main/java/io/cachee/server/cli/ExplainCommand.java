package io.cachee.server.cli;

import io.cachee.resp.Reply;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cachee explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        description = "Tells why a read of a key would hit or miss now, one fact a line.")
final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Parameters(paramLabel = "KEY", description = "The key.")
    private String key = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text (the default) or json.")
    private OutputFormat format = OutputFormat.TEXT;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            List<String> lines = server.target().query("CACHEE.EXPLAIN", key).items().stream()
                    .map(Reply::text)
                    .map(HealthReport::shownLine)
                    .toList();
            if (format == OutputFormat.JSON) {
                out.println(json(lines));
            } else {
                lines.forEach(out::println);
            }
            out.flush();
            return 0;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException problem) {
            spec.commandLine().getErr().println("cachee explain: " + problem.getMessage());
            return 1;
        }
    }

    private String json(List<String> lines) {
        String facts = lines.stream().map(ExplainCommand::field).collect(Collectors.joining(",\n  "));
        return "{\n  " + field("key: " + HealthReport.shownLine(key)) + ",\n  " + facts + "\n}";
    }

    private static String field(String line) {
        int colon = line.indexOf(": ");
        return InspectionReport.field(line.substring(0, colon), InspectionReport.quoted(line.substring(colon + 2)));
    }
}
