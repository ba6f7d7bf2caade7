package io.cachee.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A client's connection that reads large values and keeps only their beginning. */
final class CatalogConnection implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int TIMEOUT_MILLIS = (int) TimeUnit.SECONDS.toMillis(20);
    private static final int BEGINNING_BYTES = 64;

    /** The result of {@link #get} for a missing key. */
    static final int MISSING = -1;

    /** The result of {@link #get} for an error. */
    static final int REFUSED = -2;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] beginning = new byte[BEGINNING_BYTES];

    CatalogConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
    }

    /** Reads a value; its length, or why there is none. Its beginning is in {@link #beginning} then. */
    int get(String key) throws IOException {
        ascii("*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n");
        out.flush();
        String line = line();
        if (line.charAt(0) == '-') {
            return REFUSED;
        }
        if (line.charAt(0) != '$') {
            throw new IOException("GET " + key + " was answered with " + line);
        }
        int length = Integer.parseInt(line.substring(1));
        if (length < 0) {
            return MISSING;
        }
        int kept = Math.min(length, BEGINNING_BYTES);
        if (in.readNBytes(beginning, 0, kept) < kept) {
            throw new EOFException("within a value");
        }
        in.skipNBytes(length - kept);
        if (in.read() != '\r' || in.read() != '\n') {
            throw new IOException("a value does not end with CRLF");
        }
        return length;
    }

    byte[] beginning() {
        return beginning;
    }

    /** Writes a value; false if the reply was an error. */
    boolean set(String key, byte[] value) throws IOException {
        ascii("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$" + value.length + "\r\n");
        out.write(value);
        ascii("\r\n");
        out.flush();
        String line = line();
        if (line.charAt(0) != '-' && !line.equals("+OK")) {
            throw new IOException("SET " + key + " was answered with " + line);
        }
        return line.charAt(0) != '-';
    }

    private void ascii(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("after '" + line + "'");
            }
            line.append((char) next);
        }
        line.setLength(Math.max(0, line.length() - 1));
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
