package io.cachee.server.load;

import io.cachee.resp.Reply;
import io.cachee.resp.RequestEncoder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A server that a command talks to, or puts load on.
 *
 * @param name as it was given
 * @param address of the server
 * @param password or empty
 * @param timeoutMillis how long connecting may take, and then all replies to a query
 */
public record TargetServer(String name, SocketAddress address, String password, long timeoutMillis) {
    /** The default timeout. */
    private static final long TIMEOUT_MILLIS = 10_000;

    /** Reads {@code host:port}, a port, or the path of a Unix socket. */
    public static TargetServer parse(String text, String password) {
        if (text.startsWith("/") || text.startsWith("./")) {
            return new TargetServer(text, UnixDomainSocketAddress.of(text), password, TIMEOUT_MILLIS);
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is neither host:port nor the path of a socket");
        }
        return new TargetServer(text, new InetSocketAddress(host, Integer.parseInt(port)), password, TIMEOUT_MILLIS);
    }

    /** The same server with another timeout. */
    public TargetServer within(long millis) {
        return new TargetServer(name, address, password, millis);
    }

    boolean isUnix() {
        return address instanceof UnixDomainSocketAddress;
    }

    /** Sends a request on a connection of its own and returns the reply; an error is an exception. */
    public Reply query(String... words) throws IOException {
        try (TimedChannel channel = new TimedChannel(this)) {
            if (!password.isEmpty()) {
                channel.write(RequestEncoder.bytes("AUTH", password));
                channel.read();
            }
            channel.write(RequestEncoder.bytes(words));
            return channel.read();
        } catch (UnresolvedAddressException e) {
            throw new IOException(name + ": the host is not known", e);
        } catch (ConnectException e) {
            throw new IOException(name + ": " + e.getMessage(), e);
        }
    }

    /** Like {@link #query}, for a reply that is a string. */
    public String ask(String... words) throws IOException {
        return query(words).text();
    }

    /** The CPU time that the server has used so far, in seconds; 0 if it is not on this machine. */
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
