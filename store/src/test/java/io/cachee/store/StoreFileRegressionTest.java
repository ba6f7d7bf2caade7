package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store's files: whom they let in, what they replace, and what becomes of them. */
final class StoreFileRegressionTest {
    private static final long MIB = 1 << 20;
    private static final byte[] KEY = TestEntries.bytes("key");

    @TempDir
    private Path folder = Path.of("");

    private Path path = Path.of("");

    @BeforeEach
    void nameTheStore() {
        path = folder.resolve("store");
    }

    private Store open() throws StoreFileException {
        return Store.open(StoreOptions.maxMemory(MIB).file(path));
    }

    private static void closeChecked(Store store) {
        store.close();
        StoreInvariants.check(store);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void assertRefused(String... saying) throws IOException {
        List<String> before = names();
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreFileException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(saying);
        assertThat(names()).isEqualTo(before);
    }

    private void truncate(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    @Test
    void leavesAloneWhatAStoreOfALongerNamePrepares() throws IOException {
        Files.writeString(folder.resolve("store.l1.4711.tmp"), "in the making");
        closeChecked(open());
        assertThat(folder.resolve("store.l1.4711.tmp")).hasContent("in the making");
    }

    @Test
    void anyFileNameWillDo() throws IOException {
        for (String name : List.of("a b", "[x]", "{", "*", "\\", "-rf", "päth")) {
            path = folder.resolve(name);
            closeChecked(open());
        }
    }

    /** Locks belong to processes: the refusal must not give away the lock of the writer in the same process. */
    @Test
    void aRefusedWriterLeavesTheLockToTheFirst() throws Exception {
        Store store = open();
        assertRefused("another writer holds this store");
        try (ChildProcess other = ChildProcess.start("open", path)) {
            assertThat(other.line()).endsWith("another writer holds this store");
        }
        closeChecked(store);
    }

    /** The header is gone as well; the store cannot even say that it has failed. */
    @Test
    void aFileCutToNothingUnderTheWriterHarmsNobodyElse() throws Exception {
        Store store = open();
        store.put(KEY, TestEntries.value(1, 200));
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
            truncate(0);
            Await.until("the reader lets go", () -> !reader.isAttached());
            assertThat(reader.get(KEY)).isNull();
        }
        store.close();
        assertThat(names()).containsExactly("store.lock");
        closeChecked(open());
    }
}
