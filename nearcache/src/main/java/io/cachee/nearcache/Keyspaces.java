package io.cachee.nearcache;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keyspaces: one for each configured name, and the default one for all other keys. The text before a key's first
 * colon names its keyspace. There are as many keyspaces as the configuration names, however many keys there are.
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
     * Changes the policies, by name. Keyspaces that remain keep their counters. Values of keyspaces whose version
     * changed are outdated.
     *
     * @return whether any keyspace was outdated
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

    /** Sets the policies, by name. Call before there are values. */
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

    /** The keyspace of a key that begins at {@code offset} of a buffer. Allocates nothing. */
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

    Keyspace of(byte[] key) {
        return of(key, 0, key.length);
    }

    /** The keyspace of keys that have this text before their first colon. */
    Keyspace named(String name) {
        return of((name + ":").getBytes(StandardCharsets.UTF_8));
    }

    /** All keyspaces, the default one last. */
    public List<Keyspace> all() {
        List<Keyspace> all = new ArrayList<>();
        for (Entry entry : entries) {
            all.add(entry.keyspace);
        }
        all.add(others);
        return all;
    }
}
