package io.cachee.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    @Test
    void letsOneMessageASecondThroughAndTellsOfTheOthers() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        List<String> said = new ArrayList<>();
        LogLimit limit = new LogLimit(nanos::get, said::add);
        limit.log("first");
        limit.log("second");
        nanos.addAndGet(999_999_999);
        limit.log("third");
        nanos.addAndGet(1);
        limit.log("fourth");
        nanos.addAndGet(1_000_000_000);
        limit.log("fifth");
        assertThat(said).containsExactly("first", "fourth (and 2 more messages left out)", "fifth");
    }
}
