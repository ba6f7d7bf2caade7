package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of a store's file from outside, and that no file whatever does harm. */
final class StoreInspectionTest {
    private static final int ENTRIES = 500;
    private static final int DAMAGED_FILES = 300;
    private static final int REGION_BYTES = 1 << 20;

    @TempDir
    private Path directory = Path.of("");

    private Store open(Path file) throws StoreFileException {
        return Store.open(StoreOptions.maxMemory(REGION_BYTES).file(file).seed(1));
    }

    private static void fill(Store store) {
        for (int i = 0; i < ENTRIES; i++) {
            TestEntries.put(store, TestEntries.bytes("key" + i), new byte[i], i % 2 == 0 ? 60_000 : Store.NO_TTL);
        }
        TestEntries.put(store, TestEntries.bytes("k".repeat(3000)), new byte[20_000], Store.NO_TTL);
        TestEntries.put(store, TestEntries.bytes("wide".repeat(100)), new byte[9], Store.NO_TTL);
    }

    /** A file as a writer leaves it that was killed. */
    private Path abandoned() throws IOException {
        Path copy = directory.resolve("abandoned");
        try (Store store = open(directory.resolve("store"))) {
            fill(store);
            Files.copy(directory.resolve("store"), copy);
        }
        return copy;
    }

    @Test
    void describesALiveStore() throws IOException {
        Path file = directory.resolve("store");
        try (Store store = open(file)) {
            fill(store);
            StoreInspection found = StoreInspection.of(file);
            assertThat(found.header().majorVersion()).isEqualTo(HeaderDescriptor.MAJOR);
            assertThat(found.header().pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(found.header().geometry().regionBytes()).isEqualTo(REGION_BYTES);
            assertThat(found.life().state()).isEqualTo(StoreInspection.State.READY);
            assertThat(found.life().beating()).isTrue();
            assertThat(found.index().sound()).isTrue();
            assertThat(found.index().used()).isEqualTo(store.size());
            assertThat(found.index().slots()).isGreaterThan(store.size());
            assertThat(found.keys()).isEmpty();
            StoreInvariants.check(store);
        }
    }

    @Test
    void listsKeysOfEveryKindWithSizeAndTimeToLive() throws IOException {
        Map<String, StoreInspection.Key> keys = new HashMap<>();
        for (StoreInspection.Key key : StoreInspection.of(abandoned(), 10_000).keys()) {
            keys.put(new String(key.bytes(), StandardCharsets.UTF_8), key);
        }
        assertThat(keys).hasSize(ENTRIES + 2).containsKeys("k".repeat(3000), "wide".repeat(100));
        assertThat(keys.values()).extracting(StoreInspection.Key::valueLength).contains(499L, 20_000L, 9L);
        assertThat(keys.values())
                .filteredOn(key -> key.ttlMillis() != EntryInfo.NO_TTL)
                .hasSize(ENTRIES / 2)
                .allMatch(key -> key.ttlMillis() > 0 && key.ttlMillis() <= 61_000);
    }

    @Test
    void listsNoMoreKeysThanAskedFor() throws IOException {
        Path file = abandoned();
        assertThat(StoreInspection.of(file, 7).keys()).hasSize(7);
        assertThatThrownBy(() -> StoreInspection.of(file, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsNoKeyAfterAClear() throws IOException {
        Path file = directory.resolve("store");
        try (Store store = open(file)) {
            fill(store);
            store.clear();
            StoreInspection found = StoreInspection.of(file, 10_000);
            assertThat(found.keys()).isEmpty();
            assertThat(found.index().used()).isZero();
        }
    }

    @Test
    void seesThatAClockStandsStill() throws IOException {
        StoreInspection found = StoreInspection.of(abandoned());
        assertThat(found.life().beating()).isFalse();
        assertThat(found.life().state()).isEqualTo(StoreInspection.State.READY);
    }

    @Test
    void saysWhyAFileIsNoStore() throws IOException {
        Path file = abandoned();
        assertReason(AttachException.Reason.ABSENT, directory.resolve("absent"));
        assertReason(AttachException.Reason.UNREADABLE, directory);
        assertReason(AttachException.Reason.NOT_READY, Files.write(directory.resolve("zeros"), new byte[REGION_BYTES]));
        assertReason(AttachException.Reason.TOO_SHORT, Files.write(directory.resolve("short"), new byte[100]));
        byte[] header = Files.readAllBytes(file);
        header[(int) HeaderDescriptor.INSTANCE_OFFSET]++;
        assertReason(AttachException.Reason.CORRUPT_HEADER, Files.write(directory.resolve("corrupt"), header));
        header[0]++;
        assertReason(AttachException.Reason.NOT_A_STORE, Files.write(directory.resolve("foreign"), header));
    }

    private static void assertReason(AttachException.Reason reason, Path file) {
        assertThatThrownBy(() -> StoreInspection.of(file))
                .isInstanceOfSatisfying(
                        AttachException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(file.toString());
    }

    @Test
    void refusesAnImpossibleShape() throws IOException {
        Path file = abandoned();
        for (long shape : new long[] {0, -1, IndexShape.pack(1, 1, 0xffffff), IndexShape.pack(8000, 16, 3), 1L << 63}) {
            overwrite(file, HeaderDescriptor.SHAPE_OFFSET, shape);
            StoreInspection found = StoreInspection.of(file, 100);
            assertThat(found.index().sound()).as("shape %x", shape).isFalse();
            assertThat(found.keys()).isEmpty();
        }
    }

    private static void overwrite(Path file, long offset, long value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, REGION_BYTES, arena)
                    .set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN), offset, value);
        }
    }

    @Test
    void survivesDamageOfEveryKindBeyondTheHeader() throws IOException {
        byte[] sound = Files.readAllBytes(abandoned());
        Layout layout = Layout.of(REGION_BYTES);
        long seed = System.nanoTime();
        System.out.println("StoreInspectionTest: seed " + seed);
        Random random = new Random(seed);
        Path file = directory.resolve("damaged");
        for (int i = 0; i < DAMAGED_FILES; i++) {
            byte[] damaged = sound.clone();
            for (int hits = 1 << random.nextInt(14); hits > 0; hits--) {
                int at = (int) random.nextLong(HeaderDescriptor.SHAPE_OFFSET + 8, layout.size());
                damaged[at] = (byte) random.nextInt();
            }
            // Of a closed store nobody waits for the clock.
            damaged[(int) HeaderDescriptor.STATE_OFFSET] = (byte) HeaderDescriptor.STATE_CLOSED;
            StoreInspection found = StoreInspection.of(Files.write(file, damaged), 10_000);
            assertThat(found.index().used()).isLessThanOrEqualTo(found.index().slots());
        }
    }
}
