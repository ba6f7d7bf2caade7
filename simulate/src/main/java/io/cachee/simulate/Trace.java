package io.cachee.simulate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A recorded sequence of requests. Keys are numbered from 0 in the order of their first request. */
public final class Trace {
    private static final String[] SUFFIXES = {".gz", ".trace"};

    private final Path file;
    private final int[] requests;
    private final long[] keys;
    private final long @Nullable [] sizes;
    private final int resized;
    private int @Nullable [] nextUses;

    Trace(Path file, int[] requests, long[] keys, long @Nullable [] sizes, int resized) {
        this.file = file;
        this.requests = requests;
        this.keys = keys;
        this.sizes = sizes;
        this.resized = resized;
    }

    /**
     * Reads a trace file: one request a line, {@code key} or {@code key,size_in_bytes}; plain or gzip.
     *
     * @throws TraceFormatException naming the first line that is something else
     */
    public static Trace read(Path file) throws IOException {
        return TraceParser.parse(file);
    }

    /** The file's name without the endings {@code .trace} and {@code .gz}. */
    public String name() {
        String name = String.valueOf(file.getFileName());
        for (String suffix : SUFFIXES) {
            if (name.endsWith(suffix)) {
                name = name.substring(0, name.length() - suffix.length());
            }
        }
        return name;
    }

    /** The number of requests. */
    public int length() {
        return requests.length;
    }

    /** The number of different keys. */
    public int uniqueKeys() {
        return keys.length;
    }

    /** Whether the trace has the objects' sizes. */
    public boolean hasSizes() {
        return sizes != null;
    }

    /** The number of requests whose size differs from the first request for the same key. The first size is used. */
    public int resized() {
        return resized;
    }

    /** The key numbers in the order of the requests. The caller must not change them. */
    int[] requests() {
        return requests;
    }

    long key(int number) {
        return keys[number];
    }

    long @Nullable [] sizes() {
        return sizes;
    }

    /** For each request the position of the next one for the same key; {@code length + number} if there is none. */
    int[] nextUses() {
        int[] known = nextUses;
        if (known != null) {
            return known;
        }
        int[] computed = new int[requests.length];
        int[] upcoming = new int[keys.length];
        Arrays.setAll(upcoming, number -> requests.length + number);
        for (int i = requests.length - 1; i >= 0; i--) {
            computed[i] = upcoming[requests[i]];
            upcoming[requests[i]] = i;
        }
        nextUses = computed;
        return computed;
    }
}
