package io.cachee.nearcache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keyspaces that have a policy of their own, found by what a key has before its first colon, and the one of all
 * other keys. Their number is that of the configuration, whatever keys there are.
 */
public final class Keyspaces {
    /** The name of the keyspace of all keys that have no other. */
    public static final String DEFAULT = "default";

    private static final class Entry {
        private final byte[] prefix;
        private final Keyspace keyspace;

        Entry(Keyspace keyspace) {
            this.prefix = keyspace.name().getBytes(StandardCharsets.UTF_8);
            this.keyspace = keyspace;
        }
    }

    private final Keyspace others = new Keyspace(DEFAULT, KeyspacePolicy.DEFAULT);
    private volatile Entry[] entries = {};

    /**
     * Sets the policies, by name. Counters of keyspaces that remain go on. What is kept of those whose version is
     * another now is not served any more.
     *
     * @return whether there are such
     */
    synchronized boolean define(Map<String, KeyspacePolicy> policies, long now) {
        Map<Keyspace, Integer> versions = new HashMap<>();
        all().forEach(keyspace -> versions.put(keyspace, keyspace.policy().version()));
        define(policies);
        boolean outdated = false;
        for (Keyspace keyspace : all()) {
            Integer before = versions.get(keyspace);
            if (before != null && before != keyspace.policy().version()) {
                keyspace.outdate(now);
                outdated = true;
            }
        }
        return outdated;
    }

    /** Sets the policies, by name, before there are values. */
    public synchronized void define(Map<String, KeyspacePolicy> policies) {
        Map<String, Keyspace> known = new HashMap<>();
        for (Entry entry : entries) {
            known.put(entry.keyspace.name(), entry.keyspace);
        }
        List<Entry> defined = new ArrayList<>();
        policies.forEach((name, policy) -> {
            if (!name.equals(DEFAULT)) {
                Keyspace keyspace = known.getOrDefault(name, new Keyspace(name, policy));
                keyspace.policy(policy);
                defined.add(new Entry(keyspace));
            }
        });
        others.policy(policies.getOrDefault(DEFAULT, KeyspacePolicy.DEFAULT));
        entries = defined.toArray(new Entry[0]);
    }

    /** That of a key, which begins at {@code offset} of a buffer. Creates no garbage. */
    public Keyspace of(byte[] buffer, int offset, int length) {
        Entry[] all = entries;
        if (all.length == 0) {
            return others;
        }
        int colon = 0;
        while (colon < length && buffer[offset + colon] != ':') {
            colon++;
        }
        if (colon < length) {
            for (Entry entry : all) {
                if (Arrays.equals(entry.prefix, 0, entry.prefix.length, buffer, offset, offset + colon)) {
                    return entry.keyspace;
                }
            }
        }
        return others;
    }

    /** The one that keys with this text before their colon are in. */
    Keyspace named(String name) {
        byte[] key = (name + ":").getBytes(StandardCharsets.UTF_8);
        return of(key, 0, key.length);
    }

    /** All of them, the one of other keys last. */
    public List<Keyspace> all() {
        List<Keyspace> all = new ArrayList<>();
        for (Entry entry : entries) {
            all.add(entry.keyspace);
        }
        all.add(others);
        return all;
    }
}
