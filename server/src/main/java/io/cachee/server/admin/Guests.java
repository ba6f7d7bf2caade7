package io.cachee.server.admin;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The open connections of one port. One too many closes another: of the address that has most of them, the one that has
 * completed no request for longest. So a client that keeps many connections open, however busy they are, cannot close
 * those of others. Confined to the event loop.
 */
final class Guests {
    private final int most;
    /** With the addresses of their clients; the first has completed no request for longest. */
    private final Map<Channel, InetAddress> open = new LinkedHashMap<>();

    Guests(int most) {
        this.most = most;
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    void enter(Channel channel) {
        open.put(channel, addressOf(channel));
        channel.closeFuture().addListener(_ -> open.remove(channel));
        if (open.size() > most) {
            longestIdleOfMostFrequent().close();
        }
    }

    void completed(Channel channel) {
        InetAddress address = open.remove(channel);
        if (address != null) {
            open.put(channel, address);
        }
    }

    private Channel longestIdleOfMostFrequent() {
        Map<InetAddress, Integer> counts = new HashMap<>();
        open.values().forEach(address -> counts.merge(address, 1, Integer::sum));
        int largest = counts.values().stream().max(Integer::compare).orElse(0);
        return open.entrySet().stream()
                .filter(guest -> counts.getOrDefault(guest.getValue(), 0) == largest)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static InetAddress addressOf(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
