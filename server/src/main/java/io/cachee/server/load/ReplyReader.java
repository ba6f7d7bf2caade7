package io.cachee.server.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads replies in RESP2, of bounded size and depth. */
final class ReplyReader {
    private static final int MOST_BYTES = 16 << 20;
    private static final int MOST_ELEMENTS = 1 << 20;
    private static final int MOST_DEPTH = 8;
    private static final int MOST_LINE = 64 << 10;

    private final InputStream in;
    private final String server;

    ReplyReader(InputStream in, String server) {
        this.in = new BufferedInputStream(in);
        this.server = server;
    }

    @Nullable
    Object read() throws IOException {
        return read(0);
    }

    private @Nullable Object read(int depth) throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new IOException(server + ": " + rest);
            case ':' -> number(rest);
            case '$' -> bulk(number(rest));
            case '*' -> array(number(rest), depth);
            default -> throw new IOException(server + " does not speak RESP");
        };
    }

    private long number(String digits) throws IOException {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IOException(server + " does not speak RESP", e);
        }
    }

    private @Nullable String bulk(long length) throws IOException {
        if (length < 0) {
            return null;
        }
        if (length > MOST_BYTES) {
            throw new IOException(server + ": a reply of " + length + " bytes");
        }
        byte[] body = in.readNBytes((int) length + 2);
        if (body.length < length + 2) {
            throw closed();
        }
        return new String(body, 0, (int) length, StandardCharsets.UTF_8);
    }

    private @Nullable List<@Nullable Object> array(long length, int depth) throws IOException {
        if (length < 0) {
            return null;
        }
        if (length > MOST_ELEMENTS || depth >= MOST_DEPTH) {
            throw new IOException(server + ": a reply of " + length + " elements");
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (long i = 0; i < length; i++) {
            elements.add(read(depth + 1));
        }
        return elements;
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || text.length() > MOST_LINE) {
                throw closed();
            }
            if (next != '\r') {
                text.append((char) next);
            }
        }
        if (text.isEmpty()) {
            throw new IOException(server + " does not speak RESP");
        }
        return text.toString();
    }

    private IOException closed() {
        return new IOException(server + ": the connection was closed");
    }
}
