package io.cachee.server.engine;

import io.cachee.store.EntryInfo;
import io.cachee.store.Eviction;
import io.cachee.store.KeyState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Why a read of a key would hit or miss now, in plain words. Each line is one fact and begins with its name, as in
 * {@code expiry: in 1.5 s}; the first is the {@code answer}.
 */
public final class KeyFacts {
    private final List<String> lines = new ArrayList<>();

    public KeyFacts add(String name, String words) {
        lines.add(name + ": " + words);
        return this;
    }

    public List<String> lines() {
        return lines;
    }

    /** All that the store alone knows about the call's chosen key. */
    public static KeyFacts ofStore(CommandContext call) {
        KeyState state = KeyState.of(call.store, call.key, call.keyOffset, call.keyLength);
        KeyFacts facts = new KeyFacts();
        switch (state.presence()) {
            case HELD -> facts.add("answer", "hit");
            case EXPIRED -> facts.add("answer", "miss, because the key has expired");
            case ABSENT -> facts.add("answer", "miss, because there is no such key");
        }
        if (state.presence() != KeyState.Presence.ABSENT) {
            facts.add("value", state.info().valueLength() + " bytes");
            facts.add("expiry", expiry(state.info()));
        }
        return facts.addEviction(call, state);
    }

    private static String expiry(EntryInfo info) {
        long millis = info.ttlMillis();
        if (info.expiryMillis() == EntryInfo.NO_TTL) {
            return "never";
        }
        return millis > 0 ? "in " + duration(millis) : duration(-millis) + " ago";
    }

    /** Adds what the eviction policy knows about the key. */
    public KeyFacts addEviction(CommandContext call, KeyState state) {
        Eviction policy = call.store.settings().eviction();
        boolean remembers = policy == Eviction.CACHEE_LFU || policy == Eviction.VOLATILE_LFU;
        String use = state.presence() == KeyState.Presence.ABSENT
                ? ""
                : ", " + state.info().frequency() + " uses noted"
                        + (remembers ? state.isOnProbation() ? ", on probation" : ", proven" : "");
        add("policy", policy.displayName() + use);
        if (state.presence() != KeyState.Presence.HELD && remembers) {
            boolean mayBeRefused = call.store.stats().refusedAdmissions() > 0;
            String removal = mayBeRefused ? "evicted, or refused because it is large," : "evicted";
            add(
                    "history",
                    state.isRemembered()
                            ? "probably " + removal + " not long ago"
                            : "not among the keys that were " + removal + " not long ago");
        }
        long reads = call.shared.statistics.readsOf(call.key, call.keyOffset, call.keyLength);
        if (reads > 0) {
            add("reads", "one of the hottest keys, with about " + reads + " reads");
        }
        return this;
    }

    /** A time for people, such as {@code 1.5 s}. */
    public static String duration(long millis) {
        if (millis < 1_000) {
            return millis + " ms";
        }
        return millis < 120_000
                ? String.format(Locale.ROOT, "%.1f s", millis / 1e3)
                : String.format(Locale.ROOT, "%,d s", millis / 1_000);
    }
}
