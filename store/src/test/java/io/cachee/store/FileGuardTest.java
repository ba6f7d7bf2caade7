package io.cachee.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What lies in the way of a store's files, before it is opened and while it is used. */
final class FileGuardTest {
    private static final long MIB = 1 << 20;
    private static final byte[] KEY = "key".getBytes(UTF_8);
    /** To open a FIFO may block for ever. */
    private static final Duration NOT_FOR_EVER = Duration.ofSeconds(20);

    @TempDir
    private Path folder = Path.of("");

    private Path path = Path.of("store");

    @BeforeEach
    void nameTheStore() {
        path = folder.resolve("store");
    }

    private Store open() throws StoreFileException {
        return Store.open(StoreOptions.maxMemory(MIB).file(path));
    }

    private Path hits() {
        return folder.resolve("store.hits");
    }

    // ---------------------------------------------------------------- before it is opened

    /** Something that may lie at a path. */
    private enum Thing {
        FIFO("not a regular file") {
            @Override
            void make(Path at) throws IOException, InterruptedException {
                assertThat(run("mkfifo", at.toString())).isTrue();
            }
        },
        FOLDER("not a regular file") {
            @Override
            void make(Path at) throws IOException {
                Files.createDirectory(at);
            }
        },
        LINK("not a regular file") {
            @Override
            void make(Path at) throws IOException {
                Files.createSymbolicLink(at, Files.writeString(at.resolveSibling("precious"), "precious"));
            }
        },
        LINK_TO_NOWHERE("not a regular file") {
            @Override
            void make(Path at) throws IOException {
                Files.createSymbolicLink(at, at.resolveSibling("nowhere"));
            }
        },
        SOCKET("not a regular file") {
            @Override
            void make(Path at) throws IOException {
                try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    socket.bind(UnixDomainSocketAddress.of(at));
                }
            }
        },
        DEVICE("not a regular file") {
            @Override
            void make(Path at) throws IOException, InterruptedException {
                assumeTrue(run("mknod", at.toString(), "c", "1", "5"), "only root makes devices");
            }
        },
        FOREIGN_FILE("belongs to nobody") {
            @Override
            void make(Path at) throws IOException, InterruptedException {
                Files.writeString(at, "theirs");
                assumeTrue(run("chown", "nobody", at.toString()), "only root makes files of others");
            }
        };

        final String refusal;

        Thing(String refusal) {
            this.refusal = refusal;
        }

        abstract void make(Path at) throws IOException, InterruptedException;

        static boolean run(String... command) throws IOException, InterruptedException {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        }
    }

    @TestFactory
    List<DynamicTest> whateverLiesInTheWayIsRefusedAtOnceAndLeftAlone() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : List.of(
                "store",
                "store.lock",
                "store.hits",
                "store." + ProcessHandle.current().pid() + ".tmp")) {
            for (Thing thing : Thing.values()) {
                tests.add(DynamicTest.dynamicTest(name + " is a " + thing, () -> refuses(name, thing)));
            }
        }
        return tests;
    }

    private void refuses(String name, Thing thing) throws Exception {
        Path own = Files.createTempDirectory(folder, "case");
        path = own.resolve("store");
        Path inTheWay = own.resolve(name);
        thing.make(inTheWay);
        FileTime made = Files.getLastModifiedTime(inTheWay, LinkOption.NOFOLLOW_LINKS);
        Object identity = FileGuard.identity(inTheWay);
        assertTimeoutPreemptively(
                NOT_FOR_EVER,
                () -> assertThatThrownBy(this::open)
                        .isInstanceOf(StoreFileException.class)
                        .hasMessageContaining(inTheWay.toString())
                        .hasMessageContaining(thing.refusal));
        assertThat(FileGuard.identity(inTheWay)).isEqualTo(identity);
        assertThat(Files.getLastModifiedTime(inTheWay, LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(made);
        assertThat(own.resolve("nowhere")).doesNotExist();
        if (Files.exists(own.resolve("precious"))) {
            assertThat(own.resolve("precious")).hasContent("precious");
        }
    }

    @TestFactory
    List<DynamicTest> aReaderRefusesWhatIsNoFileAtOnce() {
        return List.of(Thing.FIFO, Thing.FOLDER, Thing.LINK, Thing.SOCKET, Thing.DEVICE).stream()
                .map(thing -> DynamicTest.dynamicTest("the store is a " + thing, () -> {
                    Path at = Files.createTempDirectory(folder, "case").resolve("store");
                    thing.make(at);
                    assertTimeoutPreemptively(
                            NOT_FOR_EVER,
                            () -> assertThatThrownBy(() -> StoreReader.attach(at))
                                    .isInstanceOf(AttachException.class)
                                    .hasMessageContaining("not a regular file"));
                }))
                .toList();
    }

    @TestFactory
    List<DynamicTest> aReaderReadsWhateverTheFileOfHitsIs() {
        return List.of(Thing.FIFO, Thing.FOLDER, Thing.LINK, Thing.SOCKET, Thing.DEVICE).stream()
                .map(thing -> DynamicTest.dynamicTest("the hits are a " + thing, () -> {
                    path = Files.createTempDirectory(folder, "case").resolve("store");
                    try (Store store = open()) {
                        store.put(KEY, KEY);
                        Path hits = path.resolveSibling("store.hits");
                        Files.delete(hits);
                        thing.make(hits);
                        assertTimeoutPreemptively(NOT_FOR_EVER, () -> {
                            try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
                                assertThat(reader.get(KEY)).isEqualTo(KEY);
                            }
                        });
                        StoreInvariants.check(store);
                    }
                }))
                .toList();
    }

    @Test
    void leavesTheLeftoversOfOthersAlone() throws Exception {
        Path theirs = folder.resolve("store.4711.tmp");
        Thing.FIFO.make(theirs);
        open().close();
        assertThat(theirs).exists();
    }

    // ---------------------------------------------------------------- while it is used

    private void assertCondition(Store store, FileCondition.Kind kind, String saying) {
        FileCondition now = store.fileCondition();
        assertThat(now.kind()).as(now.text()).isEqualTo(kind);
        assertThat(now.text()).contains(saying);
    }

    @Test
    void aStoreWithoutAFileIsInPlace() throws Exception {
        try (Store store = Store.open(StoreOptions.maxMemory(MIB))) {
            assertCondition(store, FileCondition.Kind.IN_PLACE, "");
            StoreInvariants.check(store);
        }
    }

    @Test
    void noticesThatItsFileIsGoneAndThatItIsBack() throws Exception {
        try (Store store = open()) {
            assertCondition(store, FileCondition.Kind.IN_PLACE, "");
            Path elsewhere = Files.move(path, folder.resolve("elsewhere"));
            assertCondition(store, FileCondition.Kind.LOST, path + ": the file was removed");
            Files.writeString(path, "something else");
            assertCondition(store, FileCondition.Kind.LOST, path + ": the file was replaced");
            Files.delete(path);
            Thing.FIFO.make(path);
            assertCondition(store, FileCondition.Kind.BLOCKED, "not a regular file");
            Files.delete(path);
            Files.move(elsewhere, path);
            assertCondition(store, FileCondition.Kind.IN_PLACE, "");
            StoreInvariants.check(store);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void atItsEndItLeavesAFileAloneThatHasTakenThePlaceOfItsOwn() throws Exception {
        try (Store store = open()) {
            for (Path own : List.of(path, hits())) {
                Files.delete(own);
                Files.writeString(own, "something else");
            }
            StoreInvariants.check(store);
        }
        assertThat(path).hasContent("something else");
        assertThat(hits()).hasContent("something else");
    }

    @Test
    void afterItsFileWasRemovedAReaderReadsOnAndComesToTheNextStore() throws Exception {
        Store first = open();
        first.put(KEY, KEY);
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
            Files.delete(path);
            first.put(KEY, "newer".getBytes(UTF_8));
            assertThat(reader.get(KEY)).isEqualTo("newer".getBytes(UTF_8));
            StoreInvariants.check(first);
            first.close();
            try (Store second = open()) {
                second.put(KEY, "newest".getBytes(UTF_8));
                Await.until("the reader reads the next store", () -> {
                    byte[] read = reader.get(KEY);
                    return read != null && new String(read, UTF_8).equals("newest");
                });
                assertThat(reader.attachments()).isEqualTo(2);
                StoreInvariants.check(second);
            }
        }
    }

    @Test
    void theFileOfHitsIsMadeAnewAndReadersReportThere() throws Exception {
        try (Store store = Store.open(StoreOptions.maxMemory(MIB).file(path))) {
            store.put(KEY, KEY);
            try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
                Files.delete(hits());
                assertCondition(store, FileCondition.Kind.HITS_RESTORED, hits() + " was gone");
                assertCondition(store, FileCondition.Kind.IN_PLACE, "");
                assertThat(Files.getPosixFilePermissions(hits())).isEqualTo(Files.getPosixFilePermissions(path));
                Object made = FileGuard.identity(hits());
                Await.until("the reader maps the new file", () -> {
                    reader.get(KEY);
                    return mapsTheNew(made);
                });
                StoreInvariants.check(store);
            }
        }
        assertThat(hits()).doesNotExist();
    }

    /** Whether this process maps a file of hits that still has its name twice: as the writer and as a reader. */
    private boolean mapsTheNew(@Nullable Object made) throws IOException {
        assertThat(FileGuard.identity(hits())).isEqualTo(made);
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.endsWith(hits().toString())).count() >= 2;
        }
    }

    @Test
    void saysWhatLiesAtThePlaceOfTheHits() throws Exception {
        try (Store store = open()) {
            Files.delete(hits());
            Thing.FIFO.make(hits());
            assertCondition(store, FileCondition.Kind.HITS_BLOCKED, hits() + " exists and is not a regular file");
            assertThat(store.fileCondition().isReachable()).isTrue();
            StoreInvariants.check(store);
        }
        assertThat(hits()).exists();
    }
}
