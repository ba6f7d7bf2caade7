package io.cachee.server.cli;

import io.cachee.simulate.Comparison;
import io.cachee.simulate.Curve;
import io.cachee.simulate.CurvePlot;
import io.cachee.simulate.Setup;
import io.cachee.simulate.Trace;
import io.cachee.simulate.TraceSet;
import io.cachee.store.Eviction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code cachee simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replays a trace of requests through the real store and, with the same room for keys and values, through"
                    + " LRU, S3-FIFO, SIEVE, Caffeine and the clairvoyant optimum.",
            "A trace has one request a line, 'key' or 'key,size_in_bytes', both decimal; plain or gzip. Each request"
                    + " is a get and, on a miss, a put."
        },
        footer = {
            "",
            "Examples:",
            "  cachee simulate --trace web.trace.gz --memory 64mb",
            "  cachee simulate --trace web.trace.gz --entries 10000",
            "  cachee simulate --trace web.trace.gz --curve --svg curve.svg",
            "  cachee simulate --all --traces traces/",
            "",
            "How to read the figures, and what makes them fair: docs/simulate.md"
        },
        customSynopsis = {
            "cachee simulate --trace FILE (--memory SIZE | --entries N) [--curve [--svg FILE]] [OPTIONS]",
            "       cachee simulate --trace FILE --curve [--svg FILE] [OPTIONS]",
            "       cachee simulate --all [--traces DIR] [--shares PERCENT,...] [OPTIONS]",
            ""
        })
final class SimulateCommand implements Callable<Integer> {
    private static final Path DEFAULT_TRACES = Path.of("..", "shared", "traces");
    private static final long LEAST_MEMORY = 1L << 20;
    private static final long MOST_MEMORY = 1L << 36;
    private static final long MOST_ENTRIES = 1L << 30;

    @Spec
    private CommandSpec spec;

    @Option(names = "--trace", paramLabel = "FILE", description = "The trace to replay.")
    private @Nullable Path trace;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "The size of the store, everything included, from 1mb to 64gb. Sizes are bytes, or whole"
                    + " numbers of kb, mb or gb.")
    private @Nullable Long memory;

    @Option(
            names = "--entries",
            paramLabel = "N",
            description =
                    "The number of entries to hold, 50 at least, all of one size; the size of the store that does so"
                            + " is found first.")
    private @Nullable Long entries;

    @Option(
            names = "--value-size",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "The size of all values, whatever the trace says. The default with --memory is the trace's"
                    + " sizes, or 100 where it has none; with --entries a size that suits the number.")
    private @Nullable Long valueSize;

    @Option(
            names = "--eviction",
            paramLabel = "POLICY",
            converter = EvictionConverter.class,
            defaultValue = "cachee-lfu",
            description = "The store's policy: cachee-lfu (the default), lru, fifo or noeviction.")
    private Eviction eviction = Eviction.CACHEE_LFU;

    @Option(
            names = "--curve",
            description = "The miss-ratio curve: about a dozen capacities from 0.1 %% to 100 %% of all that the trace"
                    + " asks for, by the trace's sizes if it has any and neither --entries nor --value-size is given.")
    private boolean curve;

    @Option(names = "--svg", paramLabel = "FILE", description = "Writes the curve as a picture, too.")
    private @Nullable Path svg;

    @Option(
            names = "--all",
            description = "All traces of a folder, at shares of their unique keys (50 entries at least), all objects of"
                    + " one size; with means and the bars that the store must hold.")
    private boolean all;

    @Option(
            names = "--traces",
            paramLabel = "DIR",
            description = "The folder for --all; the default is ../shared/traces.")
    private @Nullable Path traces;

    @Option(
            names = "--shares",
            paramLabel = "PERCENT",
            split = ",",
            description = "The shares for --all, in percent; the default is 1,5,20.")
    private List<Double> shares = List.of();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (the default) or csv.")
    private TextTable.Format format = TextTable.Format.TABLE;

    /** Converts the name of a policy for picocli. */
    static final class EvictionConverter implements ITypeConverter<Eviction> {
        @Override
        public Eviction convert(String value) {
            try {
                return Eviction.named(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() {
        checkCombination();
        checkValues();
        try {
            return all ? runAll() : runOne(trace == null ? Path.of("") : trace);
        } catch (NoSuchFileException e) {
            return fail(e.getFile() + ": there is no such file");
        } catch (IOException e) {
            return fail(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private int fail(String problem) {
        spec.commandLine().getErr().println("cachee: " + problem);
        return spec.exitCodeOnExecutionException();
    }

    private ParameterException wrong(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    private void checkCombination() {
        if (all && (trace != null || memory != null || entries != null || valueSize != null || curve)) {
            throw wrong("--all goes with --traces, --shares, --eviction and --format alone");
        }
        if (!all && (traces != null || !shares.isEmpty())) {
            throw wrong("--traces and --shares go with --all");
        }
        if (!all && trace == null) {
            throw wrong("--trace FILE or --all is needed");
        }
        if (memory != null && entries != null) {
            throw wrong("--memory and --entries exclude each other");
        }
        if (!all && !curve && memory == null && entries == null) {
            throw wrong("--memory SIZE, --entries N or --curve is needed");
        }
        if (svg != null && !curve) {
            throw wrong("--svg goes with --curve");
        }
    }

    private void checkValues() {
        if (memory != null && (memory < LEAST_MEMORY || memory > MOST_MEMORY)) {
            throw wrong("--memory " + memory + " is outside 1mb..64gb");
        }
        if (entries != null && (entries < TraceSet.LEAST_ENTRIES || entries > MOST_ENTRIES)) {
            throw wrong("--entries " + entries + " is outside " + TraceSet.LEAST_ENTRIES + ".." + MOST_ENTRIES);
        }
        for (double share : shares) {
            if (!(share > 0 && share <= 100)) {
                throw wrong("--shares: " + share + " is outside 0..100 percent");
            }
        }
    }

    private int runOne(Path file) throws IOException {
        Trace requests = Trace.read(file);
        PrintWriter out = spec.commandLine().getOut();
        if (memory != null || entries != null) {
            Setup.Capacity capacity =
                    memory != null ? new Setup.Memory(memory) : new Setup.Entries(entries == null ? 0 : entries);
            long valueBytes = valueSize == null ? Setup.AS_TRACED : valueSize;
            new ComparisonReport(out, format).print(compare(new Setup(requests, eviction, capacity, valueBytes)));
        }
        if (curve) {
            drawCurve(requests, out);
        }
        return 0;
    }

    private Comparison compare(Setup setup) {
        try {
            return Comparison.run(setup);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private void drawCurve(Trace requests, PrintWriter out) throws IOException {
        CurveReport report = new CurveReport(out, format);
        report.begin(requests, eviction);
        boolean equalSizes = entries != null || valueSize != null;
        Curve found = Curve.of(requests, eviction, equalSizes, report::point);
        report.end(found);
        if (svg != null) {
            Files.writeString(svg, CurvePlot.svg(found));
        }
    }

    private int runAll() throws IOException {
        Path folder = traces == null ? DEFAULT_TRACES : traces;
        if (!Files.isDirectory(folder)) {
            throw wrong("there is no folder " + folder + (traces == null ? ": name one with --traces DIR" : ""));
        }
        List<Path> files = TraceSet.in(folder);
        if (files.isEmpty()) {
            throw wrong("folder " + folder + " has no files named *.trace or *.trace.gz");
        }
        AllReport report = new AllReport(spec.commandLine().getOut(), format);
        report.begin();
        for (Path file : files) {
            Trace requests = Trace.read(file);
            for (long count : TraceSet.entries(requests, shares.isEmpty() ? TraceSet.SHARES_PERCENT : shares)) {
                Setup.Capacity capacity = new Setup.Entries(count);
                report.row(compare(new Setup(requests, eviction, capacity, Setup.AS_TRACED)));
            }
        }
        report.end();
        return 0;
    }
}
