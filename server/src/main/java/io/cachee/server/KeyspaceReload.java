package io.cachee.server;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.NearCache;
import io.cachee.server.config.FlagValues;
import io.cachee.server.config.KeyspaceSection;
import io.cachee.server.config.NearCacheOptions;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Applies changes of the keyspaces' policies in the configuration file. */
final class KeyspaceReload implements ConfigReload.Listener {
    private final @Nullable NearCache nearCache;
    private final Log log;
    private Map<String, KeyspacePolicy> inForce;

    KeyspaceReload(@Nullable NearCache nearCache, Map<String, KeyspacePolicy> atStart, Log log) {
        this.nearCache = nearCache;
        this.inForce = atStart;
        this.log = log;
    }

    @Override
    public Runnable prepare(FlagValues now) {
        Map<String, KeyspacePolicy> policies = KeyspaceSection.parse(now.section(NearCacheOptions.KEYSPACES));
        return () -> apply(policies);
    }

    private void apply(Map<String, KeyspacePolicy> policies) {
        TreeSet<String> changed = new TreeSet<>(inForce.keySet());
        changed.addAll(policies.keySet());
        changed.removeIf(name -> Objects.equals(inForce.get(name), policies.get(name)));
        inForce = policies;
        if (nearCache != null && !changed.isEmpty()) {
            nearCache.define(policies);
            log.info("keyspaces: " + String.join(", ", changed) + " changed");
        }
    }
}
