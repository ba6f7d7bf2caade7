package io.cachee.server.cli;

import io.cachee.server.config.Settings;
import io.cachee.store.AttachException;
import io.cachee.store.StoreInspection;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cachee inspect}: what a store's file says of itself. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Examines a store's shared-memory file, whether its writer lives or not. The file is mapped read-only;"
                    + " nothing is changed, locked or counted as a use.",
            "Exit code 1 when the file cannot be read or is no store."
        },
        footer = {
            "",
            "Examples:",
            "  cachee inspect /dev/shm/cachee/store",
            "  cachee inspect --keys 20 /dev/shm/cachee/store",
            "  cachee inspect --format json /dev/shm/cachee/store"
        })
final class InspectCommand implements Callable<Integer> {
    private static final int MOST_KEYS = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file, or the directory that --shm names.")
    private Path file = Path.of("");

    @Option(
            names = "--keys",
            paramLabel = "N",
            description = "Lists up to N keys, in no particular order, with value size and time-to-live. Bytes that are"
                    + " not printable ASCII are written \\xNN.")
    private int keys;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text (the default) or json.")
    private OutputFormat format = OutputFormat.TEXT;

    @Override
    public Integer call() {
        if (keys < 0 || keys > MOST_KEYS) {
            throw new ParameterException(spec.commandLine(), "--keys " + keys + " is outside 0.." + MOST_KEYS);
        }
        try {
            Path published = Settings.storeFile(file);
            StoreInspection found = StoreInspection.of(Files.exists(published) ? published : file, keys);
            PrintWriter out = spec.commandLine().getOut();
            out.print(format == OutputFormat.JSON ? InspectionReport.json(found) : InspectionReport.text(found, keys));
            out.flush();
            return 0;
        } catch (AttachException problem) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("cachee: " + problem.getMessage() + " (" + problem.reason() + ")");
            err.flush();
            return spec.exitCodeOnExecutionException();
        }
    }
}
