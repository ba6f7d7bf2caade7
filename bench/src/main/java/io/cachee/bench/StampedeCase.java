package io.cachee.bench;

import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.Keyspaces;
import io.cachee.server.config.KeyspaceSection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way of standing a stampede.
 *
 * @param policy of the sidecars; null where clients ask Redis itself
 * @param byLease whether clients ask for a lease before they load
 */
record StampedeCase(String name, @Nullable KeyspacePolicy policy, boolean byLease) {
    static StampedeCase direct(String name) {
        return new StampedeCase(name, null, false);
    }

    /** A case through sidecars with these settings of the configuration file. */
    static StampedeCase through(String name, Map<String, String> settings, boolean byLease) {
        Map<String, KeyspacePolicy> parsed = KeyspaceSection.parse(Map.of(Keyspaces.DEFAULT, settings));
        return new StampedeCase(name, parsed.getOrDefault(Keyspaces.DEFAULT, KeyspacePolicy.DEFAULT), byLease);
    }
}
