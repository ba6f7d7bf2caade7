package io.cachee.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {
    @Test
    void isWrittenAsProbesAndPeopleKnowIt() {
        Health health = new Health("", "", 847_293, 231L << 20, 256L << 20, 0.9131, 86_400, "");
        assertThat(health.json()).isEqualTo("""
            {
              "status": "ok",
              "entries": 847293,
              "memory_used": "231 MB",
              "memory_limit": "256 MB",
              "hit_rate": 0.913,
              "uptime_seconds": 86400
            }
            """);
    }

    @Test
    void saysWhatIsWrongInValidJson() {
        Health health = new Health("a \"b\" \\ c\nd", "", 0, 0, 0, 0, 0, "");
        assertThat(health.isAlive()).isFalse();
        assertThat(health.json()).contains("\"status\": \"failed\"", "\"problem\": \"a \\\"b\\\" \\\\ c\\u000ad\"\n}");
    }

    @Test
    void isNotOkBeforeAndAfterItServes() {
        assertThat(new Health("", "stopping", 0, 0, 0, 0, 0, "").status()).isEqualTo("not ready");
    }
}
