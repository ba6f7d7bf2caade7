package io.cachee.simulate;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The traces of a folder: the files whose names end in {@code .trace} or {@code .trace.gz}, by name. */
public final class TraceSet {
    /** Fewer entries say little about a policy, and the store refuses values that are a large part of its region. */
    public static final int LEAST_ENTRIES = 50;

    /** The shares of the unique keys at which policies are usually compared. */
    public static final List<Double> SHARES_PERCENT = List.of(1.0, 5.0, 20.0);

    private TraceSet() {}

    /** The trace files of a folder, in the order of their names. */
    public static List<Path> in(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.{trace,trace.gz}")) {
            found.forEach(files::add);
        }
        files.sort(null);
        return files;
    }

    /** The numbers of entries that are these shares of the unique keys, each once, {@link #LEAST_ENTRIES} at least. */
    public static List<Long> entries(Trace trace, List<Double> sharesPercent) {
        return sharesPercent.stream()
                .map(share -> Math.max(LEAST_ENTRIES, (long) (trace.uniqueKeys() * share / 100)))
                .sorted()
                .distinct()
                .toList();
    }
}
