package io.cachee.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cachee.store.Eviction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** Equal room for all, and what is drawn of it. */
final class ComparisonTest {
    private static final int REQUESTS = 20_000;
    private static final int KEYS = 2_500;

    @TempDir
    private Path directory = Path.of("");

    /** Few keys often, most keys rarely; sizes, where wanted, from 0 to 5,999 bytes. */
    private Trace skewed(boolean sized) throws IOException {
        Random random = new Random(7);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < REQUESTS; i++) {
            int key = (int) (KEYS * Math.pow(random.nextDouble(), 3));
            lines.append(key);
            if (sized) {
                lines.append(',').append(key * 7919L % 6_000);
            }
            lines.append('\n');
        }
        return Trace.read(Files.writeString(directory.resolve("a & b <c>.trace"), lines));
    }

    @Test
    void findsTheRegionThatHoldsSoManyEntries() throws IOException {
        for (long entries : new long[] {50, 300, 1_000}) {
            Comparison found = Comparison.run(
                    new Setup(skewed(false), Eviction.CACHEE_LFU, new Setup.Entries(entries), Setup.AS_TRACED));
            assertThat(found.full()).isTrue();
            assertThat(found.heldEntries()).isBetween(entries * 0.98, entries * 1.02);
            assertThat(found.peerEntries()).isBetween(Math.round(entries * 0.98), Math.round(entries * 1.02));
            assertThat(found.of("OPT").hitPercent()).isGreaterThanOrEqualTo(found.bestPercent());
        }
    }

    @Test
    void givesPeersTheBytesThatTheStoreHeldWhereSizesDiffer() throws IOException {
        Comparison found = Comparison.run(
                new Setup(skewed(true), Eviction.CACHEE_LFU, new Setup.Memory(2 << 20), Setup.AS_TRACED));
        assertThat(found.full()).isTrue();
        assertThat(found.peerEntries()).isZero();
        assertThat(found.peerPayloadBytes()).isEqualTo(Math.round(found.heldPayloadBytes()));
        assertThat(found.peerPayloadBytes()).isBetween((long) ((2 << 20) * 0.7), 2L << 20);
        assertThat(found.cachee().hitPercent()).isNotEqualTo(found.cachee().byteHitPercent());
    }

    @Test
    void givesPeersRoomForAllWhenTheStoreWasNeverFull() throws IOException {
        Comparison found = Comparison.run(
                new Setup(skewed(false), Eviction.CACHEE_LFU, new Setup.Memory(8 << 20), Setup.AS_TRACED));
        assertThat(found.full()).isFalse();
        assertThat(found.scores())
                .extracting(Score::hits)
                .containsOnly((long) REQUESTS - found.setup().trace().uniqueKeys());
    }

    @Test
    void theSameRunGivesTheSameScore() throws IOException {
        Setup setup = new Setup(skewed(false), Eviction.CACHEE_LFU, new Setup.Entries(300), Setup.AS_TRACED);
        assertThat(Comparison.run(setup).cachee())
                .isEqualTo(Comparison.run(setup).cachee());
    }

    @Test
    void refusesEntriesThatNoRegionIsSmallEnoughFor() throws IOException {
        Setup setup = new Setup(skewed(false), Eviction.CACHEE_LFU, new Setup.Entries(50), 100);
        assertThatThrownBy(() -> Comparison.run(setup))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the smallest has 1 MiB");
    }

    @Test
    void drawsCurvesThatFallAsWellFormedXml() throws Exception {
        for (boolean equalSizes : new boolean[] {true, false}) {
            Curve curve = Curve.of(skewed(true), Eviction.CACHEE_LFU, equalSizes, point -> {});
            assertThat(curve.unit()).isEqualTo(equalSizes ? Curve.Unit.ENTRIES : Curve.Unit.BYTES);
            assertThat(curve.points()).hasSizeGreaterThan(3);
            int opt = Curve.POLICIES.indexOf("OPT");
            assertThat(curve.points())
                    .isSortedAccordingTo((a, b) -> Double.compare(
                            b.missPercent().get(opt), a.missPercent().get(opt)));
            String svg = CurvePlot.svg(curve);
            Document document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
            assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(Curve.POLICIES.size());
            assertThat(document.getElementsByTagName("title").item(0).getTextContent())
                    .endsWith("a & b <c>");
        }
    }
}
