package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells a client that uses BCAST that a key under one of its prefixes has changed. As in Redis, changes that are
 * delivered together become one message for each prefix, with the keys in order and each key once.
 */
final class BroadcastInvalidation implements Session.Message {
    /** The client that tracks the keys, which is not the one that is told if it redirects its invalidations. */
    private final Session source;

    private final byte[] prefix;
    private final byte[] key;
    private final List<BroadcastInvalidation> absorbed = new ArrayList<>(0);

    BroadcastInvalidation(Session source, byte[] prefix, byte[] key) {
        this.source = source;
        this.prefix = prefix;
        this.key = key;
    }

    @Override
    public boolean absorbs(Session.Message following) {
        return following instanceof BroadcastInvalidation other && other.source.equals(source) && absorbed.add(other);
    }

    @Override
    public void writeTo(ReplyWriter reply, Session session) {
        Map<byte[], Set<byte[]>> keys = new TreeMap<>(Arrays::compareUnsigned);
        addTo(keys);
        absorbed.forEach(other -> other.addTo(keys));
        keys.values().forEach(changed -> Invalidation.write(reply, session, changed));
    }

    private void addTo(Map<byte[], Set<byte[]>> keys) {
        keys.computeIfAbsent(prefix, _ -> new TreeSet<>(Arrays::compareUnsigned))
                .add(key);
    }

    @Override
    public int bytes() {
        return Invalidation.bytesOf(key);
    }
}
