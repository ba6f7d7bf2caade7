package io.cachee.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A blocking client for tests: sends commands or raw bytes, and reads what comes back. Text stands for bytes, one
 * character each.
 */
public final class RespClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    /** No reply of a test is larger. */
    private static final int MOST_BYTES = 256 << 20;

    private final AutoCloseable socket;
    private final InputStream in;
    private final OutputStream out;
    /** The messages that arrived while a reply was awaited. */
    private final Queue<RespValue> pushes = new ArrayDeque<>();

    private RespClient(AutoCloseable socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new BufferedInputStream(in, 64 << 10);
        this.out = out;
    }

    /** Connects over TCP to this machine. */
    public static RespClient connect(int port) throws IOException {
        return connect(port, TIMEOUT_MILLIS);
    }

    /** Connects over TCP; a reply that takes too long is a {@link java.net.SocketTimeoutException}. */
    public static RespClient connect(int port, int timeoutMillis) throws IOException {
        return over(open(port, timeoutMillis));
    }

    /** Connects over TLS to this machine, by its address. */
    public static RespClient connect(int port, SSLContext tls) throws IOException {
        String host = InetAddress.getLoopbackAddress().getHostAddress();
        Socket plain = open(port, TIMEOUT_MILLIS);
        try {
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return over(socket);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static Socket open(int port, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static RespClient over(Socket socket) throws IOException {
        return new RespClient(socket, socket.getInputStream(), socket.getOutputStream());
    }

    /** Connects to a Unix socket. Reads have no time limit but the test's. */
    public static RespClient connect(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path));
        OutputStream out = new OutputStream() {
            @Override
            public void write(int oneByte) throws IOException {
                write(new byte[] {(byte) oneByte}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        };
        return new RespClient(channel, Channels.newInputStream(channel), out);
    }

    // ---------------------------------------------------------------- asking

    /** Sends a command, of strings, byte arrays and numbers, and reads its reply. */
    public RespValue call(Object... arguments) throws IOException {
        send(arguments);
        return reply();
    }

    /** Sends a command given as one line; quotes and {@code \x00} as in redis-cli. */
    public RespValue ask(String line) throws IOException {
        return call(words(line).toArray());
    }

    public void send(Object... arguments) throws IOException {
        sendRaw(encode(arguments));
    }

    public void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    public void sendRaw(String bytes) throws IOException {
        sendRaw(bytes.getBytes(ISO_8859_1));
    }

    /** Encodes a command. */
    public static byte[] encode(Object... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("*" + arguments.length + "\r\n").getBytes(ISO_8859_1));
        for (Object argument : arguments) {
            byte[] value = argument instanceof byte[] array
                    ? array
                    : String.valueOf(argument).getBytes(ISO_8859_1);
            bytes.writeBytes(("$" + value.length + "\r\n").getBytes(ISO_8859_1));
            bytes.writeBytes(value);
            bytes.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    /** Splits a line into arguments. */
    public static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean started = false;
        for (int i = 0; i < line.length(); i++) {
            char character = line.charAt(i);
            if (character == '"') {
                quoted = !quoted;
                started = true;
            } else if (quoted && character == '\\' && line.startsWith("x", i + 1)) {
                word.append((char) Integer.parseInt(line.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (quoted && character == '\\') {
                i++;
                word.append(line.charAt(i));
            } else if (!quoted && character == ' ') {
                if (started) {
                    words.add(word.toString());
                }
                word.setLength(0);
                started = false;
            } else {
                word.append(character);
                started = true;
            }
        }
        if (started) {
            words.add(word.toString());
        }
        return words;
    }

    // ---------------------------------------------------------------- listening

    /** Reads the next reply; messages that arrive before it are kept for {@link #message}. */
    public RespValue reply() throws IOException {
        while (true) {
            RespValue next = read();
            if (!next.isPush()) {
                return next;
            }
            pushes.add(next);
        }
    }

    /** Reads the next message or reply. */
    public RespValue message() throws IOException {
        RespValue kept = pushes.poll();
        return kept == null ? read() : kept;
    }

    /** The messages that have arrived and were not read. It sends two pings, because messages travel beside replies. */
    public List<RespValue> messages() throws IOException {
        call("ECHO", "first");
        call("ECHO", "second");
        List<RespValue> all = new ArrayList<>(pushes);
        pushes.clear();
        return all;
    }

    /** Reads everything until the server closes the connection. */
    public String rest() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                bytes.write(next);
            }
        } catch (java.net.SocketException reset) {
            // A server that closes before it has read everything resets the connection.
        }
        return bytes.toString(ISO_8859_1);
    }

    /** Whether the server has closed the connection; reads everything it has sent before. */
    public boolean isClosedByServer() throws IOException {
        try {
            while (in.read() >= 0) {
                // Data sent before the end is ignored.
            }
            return true;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    private RespValue read() throws IOException {
        String line = line();
        char type = line.charAt(0);
        String rest = line.substring(1);
        return switch (type) {
            case '+', '-', ':', '#', ',', '(', '_' -> RespValue.of(type, type == '_' ? null : rest);
            case '$', '=' -> RespValue.of(type, bulk(Integer.parseInt(rest)));
            case '*', '~', '>' -> aggregate(type, Integer.parseInt(rest), 1);
            case '%' -> aggregate(type, Integer.parseInt(rest), 2);
            default -> throw new IOException("no such type of reply: " + line);
        };
    }

    private RespValue aggregate(char type, int length, int each) throws IOException {
        if (length < 0) {
            return RespValue.of(type, null);
        }
        List<RespValue> items = new ArrayList<>();
        for (int i = 0; i < length * each; i++) {
            items.add(read());
        }
        return new RespValue(type, "", items);
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        if (length > MOST_BYTES) {
            throw new IOException("a string of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("closed within a string of " + length + " bytes");
        }
        if (bytes[length] != '\r' || bytes[length + 1] != '\n') {
            throw new IOException("a string does not end with CRLF");
        }
        return new String(bytes, 0, length, ISO_8859_1);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("closed after '" + line + "'");
            }
            if (next == '\n') {
                byte[] bytes = line.toByteArray();
                if (bytes.length < 2 || bytes[bytes.length - 1] != '\r') {
                    throw new IOException("no reply: '" + line + "'");
                }
                return new String(bytes, 0, bytes.length - 1, ISO_8859_1);
            }
            line.write(next);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            socket.close();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
