package io.cachee.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.nearcache.Keyspace;
import io.cachee.nearcache.KeyspaceCounter;
import io.cachee.nearcache.KeyspacePolicy;
import io.cachee.nearcache.KeyspacePolicy.Consistency;
import io.cachee.nearcache.KeyspacePolicy.Write;
import io.cachee.nearcache.Keyspaces;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyspaceSectionTest {
    @Test
    void readsEverySetting() {
        Map<String, Object> settings = Map.ofEntries(
                Map.entry("ttl", "1h"),
                Map.entry("jitter", 0.2),
                Map.entry("l1-ttl", "5m"),
                Map.entry("soft-ttl", "90s"),
                Map.entry("stale-if-error", 45),
                Map.entry("soft-deadline", "120ms"),
                Map.entry("negative-ttl", "250ms"),
                Map.entry("early-refresh", 1.5),
                Map.entry("write", "behind"),
                Map.entry("consistency", "stale-tolerant"),
                Map.entry("max-value-size", "64kb"),
                Map.entry("version", 3),
                Map.entry("miss-wait", "200ms"),
                Map.entry("hot-copies", 4),
                Map.entry("single-flight", "fleet"));
        assertThat(KeyspaceSection.parse(Map.of("product", settings)))
                .containsEntry(
                        "product",
                        KeyspacePolicy.builder()
                                .ttlMillis(3_600_000)
                                .jitter(0.2)
                                .l1TtlMillis(300_000)
                                .softTtlMillis(90_000)
                                .staleIfErrorMillis(45_000)
                                .softDeadlineMillis(120)
                                .negativeTtlMillis(250)
                                .earlyRefresh(1.5)
                                .write(Write.BEHIND)
                                .consistency(Consistency.STALE_TOLERANT)
                                .maxValueBytes(65_536)
                                .version(3)
                                .missWaitMillis(200)
                                .hotCopies(4)
                                .fleet(true)
                                .build());
    }

    @Test
    void takesWhatIsNotSaidFromTheDefaultKeyspace() {
        Map<String, KeyspacePolicy> policies =
                KeyspaceSection.parse(Map.of("default", Map.of("l1-ttl", "7s"), "user", Map.of("negative-ttl", "1s")));
        assertThat(policies.get("user")).satisfies(policy -> {
            assertThat(policy.l1TtlMillis()).isEqualTo(7_000);
            assertThat(policy.negativeTtlMillis()).isEqualTo(1_000);
            assertThat(policy.staleIfErrorMillis()).isEqualTo(KeyspacePolicy.DEFAULT.staleIfErrorMillis());
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        l1-ttl         | 5 parsecs | not a time
        l1-ttl         | -1s       | not a time
        jitter         | 2         | from 0 to 0.9
        write          | sideways  | one of through, behind, invalidate
        consistency    | weak      | one of strong, bounded, stale-tolerant
        max-value-size | big       | not a size
        version        | 256       | from 0 to 255
        single-flight  | world     | one of pod, fleet
        l1-tll         | 5s        | unknown setting 'l1-tll'
        """)
    void saysWhatIsWrongAndWhere(String setting, String value, String wanted) {
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("user", Map.of(setting, value))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keyspaces: user: ")
                .hasMessageContaining(
                        wanted.replace("not a time", "a time such as").replace("not a size", "a size"));
    }

    @Test
    void refusesCopiesWhereNothingMayBeStale() {
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("a", Map.of("hot-copies", 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stale-tolerant");
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("a", Map.of("hot-copies", 17))))
                .hasMessageContaining("from 0 to 16");
    }

    @Test
    void refusesTimesThatContradictEachOther() {
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("user", Map.of("l1-ttl", "5s", "soft-ttl", "5s"))))
                .hasMessageContaining("soft-ttl has to be shorter");
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("user", Map.of("l1-ttl", "5s", "ttl", "4s"))))
                .hasMessageContaining("l1-ttl has to be no longer");
        assertThatThrownBy(() -> KeyspaceSection.parse(Map.of("a:b", Map.of()))).hasMessageContaining("a:b");
    }

    @Test
    void findsTheKeyspaceOfAKeyAndKeepsCountersOverANewDefinition() {
        Keyspaces keyspaces = new Keyspaces();
        keyspaces.define(KeyspaceSection.parse(Map.of("user", Map.of("l1-ttl", "5s"))));
        Keyspace user = of(keyspaces, "user:1");
        user.count(KeyspaceCounter.HITS);
        assertThat(user.name()).isEqualTo("user");
        assertThat(of(keyspaces, "user")).isSameAs(of(keyspaces, "other:1"));
        assertThat(of(keyspaces, "users:1").name()).isEqualTo("default");
        keyspaces.define(KeyspaceSection.parse(Map.of("user", Map.of("l1-ttl", "6s"))));
        assertThat(of(keyspaces, "user:2").sum(KeyspaceCounter.HITS)).isEqualTo(1);
        assertThat(of(keyspaces, "user:2").policy().l1TtlMillis()).isEqualTo(6_000);
    }

    private static Keyspace of(Keyspaces keyspaces, String key) {
        byte[] bytes = ("##" + key).getBytes(StandardCharsets.UTF_8);
        return keyspaces.of(bytes, 2, bytes.length - 2);
    }
}
