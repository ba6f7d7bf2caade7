package io.cachee.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store's files: whom they let in, what they replace, and what becomes of them. */
final class StoreFileTest {
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

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
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

    // ---------------------------------------------------------------- what is there already

    @Test
    void doesNotReplaceALink() throws IOException {
        Path target = Files.writeString(folder.resolve("precious"), "precious");
        Files.createSymbolicLink(path, target);
        assertRefused("not a regular file");
        assertThat(target).hasContent("precious");
        assertThat(path).isSymbolicLink();
    }

    @Test
    void doesNotReplaceALinkThatLeadsNowhere() throws IOException {
        Files.createSymbolicLink(path, folder.resolve("nowhere"));
        assertRefused("not a regular file");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void doesNotReplaceAFolder() throws IOException {
        Files.createDirectory(path);
        assertRefused("not a regular file");
    }

    @Test
    void doesNotReplaceASocket() throws IOException {
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(path));
            assertRefused("not a regular file");
        }
    }

    @Test
    void doesNotReplaceAnotherUsersFile() throws IOException {
        Files.writeString(path, "theirs");
        var root = path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        try {
            Files.setOwner(path, root);
        } catch (IOException e) {
            System.out.println("StoreFileTest: not root, so no file of another user's can be made: " + e);
            return;
        }
        assertRefused("belongs to nobody");
        assertThat(path).hasContent("theirs");
    }

    @Test
    void removesWhatACrashedWriterLeft() throws IOException {
        Files.writeString(path, "an old store, say");
        Files.writeString(folder.resolve("store.hits"), "its hits");
        Files.writeString(folder.resolve("store.4711.tmp"), "half a store");
        Files.writeString(folder.resolve("other.4711.tmp"), "somebody else's");
        Store store = open();
        assertThat(names()).containsExactly("other.4711.tmp", "store", "store.hits", "store.lock");
        assertThat(Files.size(path)).isEqualTo(MIB);
        closeChecked(store);
        assertThat(names()).containsExactly("other.4711.tmp", "store.lock");
    }

    // ---------------------------------------------------------------- modes

    @Test
    void onlyTheOwnerMayReadAndWriteUnlessToldOtherwise() throws IOException {
        Store store = open();
        assertThat(mode(path)).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("store.hits"))).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("store.lock"))).isEqualTo("rw-------");
        closeChecked(store);
    }

    @Test
    void theModeIsTheOneGivenAndReadersMayReportHits() throws IOException {
        Store store = Store.open(
                StoreOptions.maxMemory(MIB).file(path).permissions(PosixFilePermissions.fromString("rw-r-----")));
        assertThat(mode(path)).isEqualTo("rw-r-----");
        assertThat(mode(folder.resolve("store.hits"))).isEqualTo("rw-rw----");
        assertThat(mode(folder.resolve("store.lock"))).isEqualTo("rw-------");
        closeChecked(store);
    }

    @Test
    void aReaderMapsTheStoreReadOnly() throws IOException {
        Store store = open();
        try (StoreReader reader = StoreReader.attach(path)) {
            assertThat(reader.isAttached()).isTrue();
            List<String> modes;
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                modes = maps.filter(line -> line.endsWith(path.toString()))
                        .map(line -> line.split(" ", 3)[1])
                        .sorted()
                        .toList();
            } catch (java.nio.file.NoSuchFileException e) {
                System.out.println("StoreFileTest: no /proc here, so mappings cannot be examined");
                return;
            }
            assertThat(modes).contains("r--s");
        } finally {
            closeChecked(store);
        }
    }

    // ---------------------------------------------------------------- one writer

    @Test
    void aSecondWriterInTheSameProcessIsRefused() throws IOException {
        Store store = open();
        store.put(KEY, KEY);
        assertRefused("another writer holds this store");
        assertThat(store.get(KEY)).isEqualTo(KEY);
        closeChecked(store);
        closeChecked(open());
    }

    @Test
    void aSecondWriterInAnotherProcessIsRefused() throws Exception {
        Store store = open();
        try (ChildProcess other = ChildProcess.start("open", path)) {
            assertThat(other.line()).startsWith("refused " + path).endsWith("another writer holds this store");
        }
        closeChecked(store);
        try (ChildProcess other = ChildProcess.start("open", path)) {
            assertThat(other.line()).startsWith("opened");
        }
    }

    // ---------------------------------------------------------------- space

    @Test
    void aFileSystemThatIsTooSmallIsNamedWithBothSizes() throws Exception {
        Path small = Files.createDirectory(folder.resolve("small"));
        boolean mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString())
                        .redirectErrorStream(true)
                        .start()
                        .waitFor()
                == 0;
        try {
            long size = mounted ? 8 * MIB : Layout.MAX_SIZE;
            path = small.resolve("store");
            long free = Files.getFileStore(small).getUsableSpace();
            System.out.println(
                    "StoreFileTest: " + (mounted ? "a tmpfs" : "a file system") + " with " + free + " bytes");
            assertThat(free).isLessThan(size);
            assertThatThrownBy(() ->
                            Store.open(StoreOptions.maxMemory(size).file(path)).close())
                    .isInstanceOf(StoreFileException.class)
                    .hasMessageContainingAll(path.toString(), size + " bytes wanted", " bytes free");
            try (Stream<Path> left = Files.list(small)) {
                assertThat(left.map(Path::getFileName).map(Path::toString)).containsOnly("store.lock");
            }
        } finally {
            if (mounted) {
                assertThat(new ProcessBuilder("umount", small.toString())
                                .start()
                                .waitFor())
                        .isZero();
            }
        }
    }

    @Test
    void everyPageIsThereBeforeTheStoreIsPublished() throws Exception {
        Store store = open();
        Process stat = new ProcessBuilder("stat", "-c", "%b %B", path.toString()).start();
        String[] blocks = new String(stat.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                .split("\\s+", -1);
        assertThat(Long.parseLong(blocks[0]) * Long.parseLong(blocks[1])).isGreaterThanOrEqualTo(MIB);
        closeChecked(store);
    }

    // ---------------------------------------------------------------- restart

    @Test
    void aRestartMakesANewFileAndReadersKeepTheOldUntilTheyLetGo() throws Exception {
        Store first = open();
        first.put(KEY, TestEntries.bytes("first"));
        long counter;
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options());
                FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment old = channel.map(FileChannel.MapMode.READ_ONLY, 0, MIB, Arena.ofAuto());
            long instance = new Region(old).getLong(HeaderDescriptor.INSTANCE_OFFSET);
            assertThat(reader.get(KEY)).isEqualTo(TestEntries.bytes("first"));
            counter = reader.coherence(KEY);
            assertThat(reader.isCurrent(KEY, counter)).isTrue();
            closeChecked(first);
            assertThat(names()).containsExactly("store.lock");
            Await.until("the reader lets go", () -> !reader.isAttached());
            assertThat(reader.get(KEY)).isNull();
            assertThat(reader.coherence(KEY)).isEqualTo(StoreReader.DETACHED);
            Store second = open();
            Await.until("the reader attaches again", reader::isAttached);
            assertThat(reader.attachments()).isEqualTo(2);
            assertThat(reader.get(KEY)).isNull();
            assertThat(reader.isCurrent(KEY, counter)).isFalse();
            second.put(KEY, TestEntries.bytes("second"));
            assertThat(reader.get(KEY)).isEqualTo(TestEntries.bytes("second"));
            PublishedLookup onTheOld = new PublishedLookup(new Region(old), Layout.of(MIB));
            assertThat(onTheOld.get(KEY)).isEqualTo(TestEntries.bytes("first"));
            assertThat(second.core().region.getLong(HeaderDescriptor.INSTANCE_OFFSET))
                    .isNotEqualTo(instance);
            closeChecked(second);
        }
    }

    // ---------------------------------------------------------------- cut short

    private void truncate(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    @Test
    void aFileCutShortUnderTheWriterFailsTheStoreAndReadersLetGo() throws Exception {
        Store store = open();
        byte[][] keys = new byte[1_000][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = TestEntries.bytes("k" + i);
            store.put(keys[i], TestEntries.value(i, 200));
        }
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
            truncate(MIB / 2);
            Await.until(
                    "the store has failed",
                    () -> store.core().region.getLongAcquire(HeaderDescriptor.STATE_OFFSET)
                            == HeaderDescriptor.STATE_FAILED);
            Await.until("the reader lets go", () -> !reader.isAttached());
            for (byte[] key : keys) {
                assertThat(reader.get(key)).isNull();
            }
            AttachException failure = java.util.Objects.requireNonNullElseGet(
                    reader.lastFailure(), () -> new AttachException(AttachException.Reason.NOT_READY, "not yet"));
            assertThat(failure.reason()).isIn(AttachException.Reason.NOT_READY, AttachException.Reason.TOO_SHORT);
        }
        store.close();
        assertThat(names()).containsExactly("store.lock");
        closeChecked(open());
    }

    /** Readers may write to the channel's file, so they may cut it short as well. */
    @Test
    void aHitChannelCutShortCostsHitsAlone() throws Exception {
        Store store = open();
        store.put(KEY, KEY);
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
            try (FileChannel channel = FileChannel.open(folder.resolve("store.hits"), StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            Await.until("the reader reads on", () -> reader.get(KEY) != null);
            long clock = store.core().region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
            Await.until(
                    "the writer goes on",
                    () -> store.core().region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET) > clock + 20);
            assertThat(store.core().region.getLong(HeaderDescriptor.STATE_OFFSET))
                    .isEqualTo(HeaderDescriptor.STATE_READY);
        }
        closeChecked(store);
    }

    @Test
    void inventedHitsHarmNobody() throws Exception {
        Store store = open();
        store.put(KEY, KEY);
        try (FileChannel channel = FileChannel.open(folder.resolve("store.hits"), StandardOpenOption.WRITE)) {
            ByteBuffer noise = ByteBuffer.allocate(HitChannel.BYTES);
            new java.util.Random(1).nextBytes(noise.array());
            channel.write(noise);
        }
        long clock = store.core().region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
        Await.until(
                "the writer has looked at them",
                () -> store.core().region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET) > clock + 20);
        assertThat(store.get(KEY)).isEqualTo(KEY);
        closeChecked(store);
    }
}
