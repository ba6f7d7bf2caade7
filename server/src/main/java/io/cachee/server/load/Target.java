package io.cachee.server.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A server to put load on.
 *
 * @param name as it was given
 * @param address of it
 * @param password or empty
 */
public record Target(String name, SocketAddress address, String password) {
    private static final int MOST_REPLY_BYTES = 1 << 20;

    /** {@code host:port}, a port, or the path of a Unix socket. */
    public static Target parse(String text, String password) {
        if (text.startsWith("/") || text.startsWith("./")) {
            return new Target(text, UnixDomainSocketAddress.of(text), password);
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is neither host:port nor the path of a socket");
        }
        return new Target(text, new InetSocketAddress(host, Integer.parseInt(port)), password);
    }

    boolean isUnix() {
        return address instanceof UnixDomainSocketAddress;
    }

    /** Asks the server something; its reply as text, of at most a megabyte. */
    public String ask(String... words) throws IOException {
        try (SocketChannel channel = open()) {
            channel.connect(address);
            OutputStream out = Channels.newOutputStream(channel);
            InputStream in = Channels.newInputStream(channel);
            if (!password.isEmpty()) {
                out.write(request("AUTH", password));
                String reply = reply(in);
                if (!reply.equals("OK")) {
                    throw new IOException(name + ": " + reply);
                }
            }
            out.write(request(words));
            return reply(in);
        }
    }

    private SocketChannel open() throws IOException {
        return isUnix() ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    }

    static byte[] request(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            int length = word.getBytes(StandardCharsets.UTF_8).length;
            text.append('$').append(length).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String reply(InputStream in) throws IOException {
        String first = line(in);
        if (first.startsWith("-")) {
            throw new IOException(name + ": " + first.substring(1));
        }
        if (!first.startsWith("$") || first.startsWith("$-")) {
            return first.isEmpty() ? first : first.substring(1);
        }
        int length = Integer.parseInt(first.substring(1));
        if (length > MOST_REPLY_BYTES) {
            throw new IOException(name + ": a reply of " + length + " bytes");
        }
        byte[] body = in.readNBytes(length + 2);
        return new String(body, 0, Math.min(length, body.length), StandardCharsets.UTF_8);
    }

    private String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException(name + ": the connection was closed");
            }
            if (next != '\r') {
                text.append((char) next);
            }
        }
        return text.toString();
    }

    /** CPU time that the server has used so far, in seconds; 0 when it is not on this machine. */
    double cpuSeconds() {
        try {
            for (String line : ask("INFO", "server").split("\r?\n", -1)) {
                if (line.startsWith("process_id:")) {
                    String stat =
                            Files.readString(Path.of("/proc", line.substring(11).trim(), "stat"));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
                }
            }
            return 0;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
