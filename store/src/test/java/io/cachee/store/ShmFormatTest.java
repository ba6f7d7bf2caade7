package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file is what docs/shm-format.md says: readers that were written from it alone find everything. */
final class ShmFormatTest {
    private static final long MIB = 1 << 20;
    private static final Path PYTHON_READER = Path.of("..", "docs", "examples", "read_store.py");

    @TempDir
    private Path folder = Path.of("");

    private final Map<String, byte[]> expected = new LinkedHashMap<>();

    private void put(Store store, String key, int valueLength, long ttlMillis) {
        byte[] value = TestEntries.value(key.hashCode(), valueLength);
        assertThat(TestEntries.put(store, TestEntries.bytes(key), value, ttlMillis))
                .isEqualTo(PutResult.STORED);
        expected.put(key, value);
    }

    private void fill(Store store) {
        long later = 3_600_000;
        for (int length = 0; length <= 70; length++) {
            put(store, "x".repeat(length), length, length % 2 == 0 ? Store.NO_TTL : later);
        }
        for (int i = 0; i < 1_000; i++) {
            put(store, "key:" + i, i % 200, i % 3 == 0 ? later : Store.NO_TTL);
        }
        put(store, "wide:" + "k".repeat(300), 100, Store.NO_TTL);
        put(store, "wide, mortal:" + "k".repeat(300), 100, later);
        put(store, "large", 10_000, Store.NO_TTL);
        put(store, "large, mortal", 99_999, later);
        put(store, "large key " + "k".repeat(20_000), 20_000, Store.NO_TTL);
    }

    private DocumentedReader documented(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new DocumentedReader(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {MIB, 5 * MIB + 4096, 128 * MIB})
    void aReaderWrittenFromTheDocumentFindsEverything(long size) throws IOException {
        Path path = folder.resolve("golden");
        TestClock clock = new TestClock();
        try (Store store = Store.open(StoreOptions.maxMemory(size)
                .file(path)
                .eviction(Eviction.NOEVICTION)
                .seed(20_260_101)
                .clock(clock)
                .housekeeping(false))) {
            fill(store);
            Set<Integer> kinds = new TreeSet<>();
            if (size == 128 * MIB) {
                put(store, "wide value", 6_000, Store.NO_TTL);
            }
            put(store, "gone", 10, Store.NO_TTL);
            TestEntries.delete(store, TestEntries.bytes("gone"));
            expected.remove("gone");
            put(store, "expired", 10, 5);
            expected.remove("expired");
            clock.advanceMillis(5);
            store.tick();
            put(store, "key:7", 150, Store.NO_TTL);

            DocumentedReader reader = documented(path);
            expected.forEach((key, value) -> {
                byte[] bytes = TestEntries.bytes(key);
                assertThat(reader.get(bytes)).as(key).isEqualTo(value);
                assertThat(reader.coherence(bytes)).as(key).isEqualTo(store.coherence(bytes));
                kinds.add(reader.kindFound);
            });
            assertThat(kinds).containsExactly(1, 2, 3);
            for (String key : new String[] {"gone", "expired", "never there"}) {
                assertThat(reader.get(TestEntries.bytes(key))).as(key).isNull();
            }
            StoreInvariants.check(store);

            store.clear();
            assertThat(expected.keySet()).allMatch(key -> reader.get(TestEntries.bytes(key)) == null);
            expected.clear();
            put(store, "after", 10, Store.NO_TTL);
            assertThat(reader.get(TestEntries.bytes("after"))).isEqualTo(expected.get("after"));
            assertThat(reader.coherence(TestEntries.bytes("after")))
                    .isEqualTo(store.coherence(TestEntries.bytes("after")));
            StoreInvariants.check(store);
        }
    }

    @Test
    void thePythonReaderReadsALiveStore() throws Exception {
        Path path = folder.resolve("live");
        if (!hasPython()) {
            System.out.println("ShmFormatTest: there is no python3 on the PATH, so " + PYTHON_READER + " is not tried");
            return;
        }
        assertThat(python(folder.resolve("none"), "key")).startsWith("exit 2 ").contains("No such file");
        try (Store store = Store.open(StoreOptions.maxMemory(5 * MIB).file(path))) {
            fill(store);
            for (String key : new String[] {"key:5", "xxxxx", "wide, mortal:" + "k".repeat(300), "large, mortal"}) {
                assertThat(python(path, key))
                        .isEqualTo("exit 0 " + java.util.HexFormat.of().formatHex(expected.get(key)));
            }
            assertThat(python(path, "never there")).isEqualTo("exit 1 ");
            StoreInvariants.check(store);
        }
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The exit status, the output in hexadecimal, and what was said on the error stream. */
    private static String python(Path path, String key) throws Exception {
        Process process = new ProcessBuilder("python3", PYTHON_READER.toString(), path.toString(), key).start();
        byte[] output = process.getInputStream().readAllBytes();
        byte[] errors = process.getErrorStream().readAllBytes();
        return "exit " + process.waitFor() + " " + java.util.HexFormat.of().formatHex(output)
                + new String(errors, java.nio.charset.StandardCharsets.UTF_8);
    }
}
