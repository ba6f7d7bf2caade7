package io.cachee.simulate;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Reads a trace: one request a line, {@code key} or {@code key,size_in_bytes}, both decimal; as it is or in gzip, told
 * by the first bytes. Either all lines have a size or none has. A key's size is that of its first request.
 */
final class TraceParser {
    private static final int MAX_REQUESTS = 1 << 30;
    private static final int MAX_LINE_BYTES = 64;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long MAX_OBJECT_BYTES = 1L << 40;

    private final Path file;
    private final KeyNumbers numbers = new KeyNumbers();
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int lineLength;
    private int position;
    private long lineNumber;
    private int[] requests = new int[1 << 16];
    private int requestCount;
    private long[] sizes = new long[1 << 10];
    private boolean sized;
    private int resized;

    private TraceParser(Path file) {
        this.file = file;
    }

    static Trace parse(Path file) throws IOException {
        try (InputStream plain = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            plain.mark(2);
            boolean gzip = plain.read() == 0x1f && plain.read() == 0x8b;
            plain.reset();
            if (!gzip) {
                return new TraceParser(file).parse(plain);
            }
            try (InputStream unzipped = new GZIPInputStream(plain, BUFFER_BYTES)) {
                return new TraceParser(file).parse(unzipped);
            }
        }
    }

    private Trace parse(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            for (int i = 0; i < length; i++) {
                if (buffer[i] == '\n') {
                    endLine();
                } else if (lineLength < MAX_LINE_BYTES) {
                    line[lineLength++] = buffer[i];
                } else {
                    lineNumber++;
                    throw problem("a request has at most " + (MAX_LINE_BYTES - 1) + " characters, this line begins '"
                            + text() + "'");
                }
            }
        }
        if (lineLength > 0) {
            endLine();
        }
        if (requestCount == 0) {
            lineNumber = 1;
            throw problem("the trace is empty");
        }
        return new Trace(
                file,
                Arrays.copyOf(requests, requestCount),
                numbers.keys(),
                sized ? Arrays.copyOf(sizes, numbers.count()) : null,
                resized);
    }

    private void endLine() throws TraceFormatException {
        lineNumber++;
        if (lineLength > 0 && line[lineLength - 1] == '\r') {
            lineLength--;
        }
        position = 0;
        long key = number("a key", Long.MAX_VALUE);
        boolean hasSize = position < lineLength;
        if (requestCount > 0 && hasSize != sized) {
            throw problem("'" + text() + "' has " + (hasSize ? "a" : "no") + " size, the lines before have "
                    + (sized ? "one" : "none"));
        }
        sized = hasSize;
        int before = numbers.count();
        int number = numbers.numberOf(key);
        if (hasSize) {
            position++;
            noteSize(number, number == before);
        }
        if (position < lineLength) {
            throw unlike();
        }
        addRequest(number);
        lineLength = 0;
    }

    private void noteSize(int number, boolean isNew) throws TraceFormatException {
        long size = number("a size", MAX_OBJECT_BYTES);
        if (number >= sizes.length) {
            sizes = Arrays.copyOf(sizes, 2 * sizes.length);
        }
        if (isNew) {
            sizes[number] = size;
        } else if (sizes[number] != size) {
            resized++;
        }
    }

    private void addRequest(int number) throws TraceFormatException {
        if (requestCount == MAX_REQUESTS) {
            throw problem("more than " + MAX_REQUESTS + " requests");
        }
        if (requestCount == requests.length) {
            requests = Arrays.copyOf(requests, 2 * requests.length);
        }
        requests[requestCount++] = number;
    }

    /** Reads the decimal number at the present position; a comma or the end of the line must follow it. */
    private long number(String what, long most) throws TraceFormatException {
        int start = position;
        long value = 0;
        while (position < lineLength && line[position] != ',') {
            int digit = line[position++] - '0';
            if (digit < 0 || digit > 9) {
                throw unlike();
            }
            if (value > (most - digit) / 10) {
                throw problem(what + " is at most " + most + ", this is '" + text() + "'");
            }
            value = 10 * value + digit;
        }
        if (position == start) {
            throw unlike();
        }
        return value;
    }

    private TraceFormatException unlike() {
        return problem("expected 'key' or 'key,size_in_bytes' in decimal, found '" + text() + "'");
    }

    private TraceFormatException problem(String what) {
        return new TraceFormatException(file, lineNumber, what);
    }

    /** The line for display, without control characters. */
    private String text() {
        return new String(line, 0, lineLength, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }
}
