package io.cachee.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store: the region itself; beside it {@code .hits}, where readers report, and {@code .lock}, which
 * keeps a second writer away.
 *
 * <p>The region is prepared under another name and renamed when it is complete, so nobody sees half a file.
 * A file of an earlier writer is never written to; processes that still map it keep it until they unmap it.
 */
final class StoreFile {
    private static final int BLOCK = 1 << 20;
    private static final int ENOSPC = 28;
    private static final String LOCK = ".lock";
    static final String HITS = ".hits";
    /** Paths that this process writes to. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final Path temporary;
    private final Path hitsPath;
    private final FileChannel lockChannel;
    private final Set<PosixFilePermission> permissions;
    private final long size;
    private @Nullable FileChannel channel;
    private @Nullable Region region;
    /** Recreated by {@link #condition}, drained by the housekeeper. */
    private volatile @Nullable HitChannel hits;

    private @Nullable Object hitsIdentity;
    private @Nullable Object identity;
    private boolean published;

    private StoreFile(Path path, FileChannel lockChannel, long size, Set<PosixFilePermission> permissions) {
        this.path = path;
        this.temporary = temporaryOf(path);
        this.hitsPath = sibling(path, HITS);
        this.lockChannel = lockChannel;
        this.permissions = permissions;
        this.size = size;
    }

    private static Path temporaryOf(Path path) {
        return sibling(path, "." + ProcessHandle.current().pid() + ".tmp");
    }

    static Path sibling(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** Memory without a file. */
    static Region anonymous(long size, boolean populated) {
        MemorySegment memory = NativeMemory.anonymous(size);
        if (populated && !NativeMemory.populate(memory)) {
            memory.fill((byte) 0);
        }
        return new Region(memory);
    }

    static StoreFile create(Path requested, long size, Set<PosixFilePermission> permissions) throws StoreFileException {
        Path path = requested.toAbsolutePath();
        try {
            path = Objects.requireNonNull(path.getParent()).toRealPath().resolve(path.getFileName());
            for (Path own : List.of(path, sibling(path, LOCK), sibling(path, HITS), temporaryOf(path))) {
                FileGuard.refuseObstacle(own);
            }
            StoreFile file = new StoreFile(path, lock(path), size, permissions);
            try {
                file.prepare();
                return file;
            } catch (IOException | RuntimeException | Error e) {
                file.abandon();
                throw e;
            }
        } catch (StoreFileException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new StoreFileException(path, "its directory " + path.getParent() + " does not exist", e);
        } catch (IOException e) {
            throw new StoreFileException(path, "cannot prepare a store of " + size + " bytes: " + e, e);
        }
    }

    /**
     * Takes the lock of a store. The system keeps one lock per process and file, and drops it when any descriptor of
     * the file is closed; so a second writer in this process is refused before it opens the file.
     */
    private static FileChannel lock(Path path) throws IOException {
        if (!HELD.add(path)) {
            throw new StoreFileException(path, "another writer holds this store", null);
        }
        try {
            return lockAmongProcesses(path);
        } catch (IOException | RuntimeException e) {
            HELD.remove(path);
            throw e;
        }
    }

    private static FileChannel lockAmongProcesses(Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                sibling(path, LOCK),
                Set.of(
                        StandardOpenOption.CREATE,
                        // A FIFO that is opened for both does not block.
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PRIVATE));
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            throw new StoreFileException(path, "another writer holds this store", null);
        }
        return channel;
    }

    private void prepare() throws IOException {
        removeLeftovers();
        long free = Files.getFileStore(path.getParent()).getUsableSpace();
        if (free < size && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(path);
            free = Files.getFileStore(path.getParent()).getUsableSpace();
        }
        if (free < size) {
            throw noSpace(free, null);
        }
        channel = FileChannel.open(
                temporary,
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PRIVATE));
        allocate(channel);
        region = new Region(channel.map(FileChannel.MapMode.READ_WRITE, 0, size, Arena.ofAuto()));
        Files.setPosixFilePermissions(temporary, permissions);
    }

    private StoreFileException noSpace(long free, @Nullable Throwable cause) {
        return new StoreFileException(
                path, "no room for a store: " + size + " bytes wanted, " + Math.max(0, free) + " bytes free", cause);
    }

    /**
     * Allocates every page before the file is published. A reader could otherwise touch one for which there is no
     * memory left.
     */
    private void allocate(FileChannel target) throws IOException {
        int error = NativeMemory.allocate(temporary, size);
        if (error == 0) {
            return;
        }
        if (error == ENOSPC) {
            throw noSpace(Files.getFileStore(path.getParent()).getUsableSpace(), null);
        }
        ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
        for (long position = 0; position < size; position += BLOCK) {
            zeros.clear().limit((int) Math.min(BLOCK, size - position));
            while (zeros.hasRemaining()) {
                try {
                    target.write(zeros, position + zeros.position());
                } catch (IOException e) {
                    throw noSpace(Files.getFileStore(path.getParent()).getUsableSpace(), e);
                }
            }
        }
    }

    private void removeLeftovers() throws IOException {
        Pattern leftover = Pattern.compile(Pattern.quote(path.getFileName().toString()) + "\\.\\d+\\.tmp");
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(path.getParent())) {
            for (Path sibling : siblings) {
                if (leftover.matcher(sibling.getFileName().toString()).matches()
                        && FileGuard.obstacle(sibling) == null) {
                    Files.deleteIfExists(sibling);
                }
            }
        }
    }

    Region region() {
        return Objects.requireNonNull(region);
    }

    /** Lets readers find the region. */
    void publish() throws StoreFileException {
        try {
            createHits();
            identity = FileGuard.identity(temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            published = true;
        } catch (IOException e) {
            throw new StoreFileException(path, "cannot publish the store: " + e, e);
        }
    }

    private void createHits() throws IOException {
        Files.deleteIfExists(hitsPath);
        try (FileChannel created = FileChannel.open(
                hitsPath,
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PRIVATE))) {
            created.write(ByteBuffer.allocate(HitChannel.BYTES));
            MemorySegment memory = created.map(FileChannel.MapMode.READ_WRITE, 0, HitChannel.BYTES, Arena.ofAuto());
            hits = HitChannel.create(new Region(memory), region().getLong(HeaderDescriptor.INSTANCE_OFFSET));
        }
        Files.setPosixFilePermissions(hitsPath, readersMayWrite());
        hitsIdentity = FileGuard.identity(hitsPath);
    }

    // ---------------------------------------------------------------- while it is used

    /** Looks whether the files are in their places, and makes a new file of hits if that is gone. */
    synchronized FileCondition condition() {
        if (!published) {
            return FileCondition.IN_PLACE;
        }
        try {
            Object there = FileGuard.identity(path);
            if (Objects.equals(there, identity)) {
                return hitsCondition();
            }
            String obstacle = FileGuard.obstacle(path);
            if (obstacle != null) {
                return new FileCondition(FileCondition.Kind.BLOCKED, path + ": what is there now " + obstacle);
            }
            String fate = there == null ? "the file was removed" : "the file was replaced by another";
            return new FileCondition(FileCondition.Kind.LOST, path + ": " + fate);
        } catch (IOException unknown) {
            return new FileCondition(FileCondition.Kind.BLOCKED, path + ": cannot be examined: " + unknown);
        }
    }

    private FileCondition hitsCondition() {
        try {
            if (Objects.equals(FileGuard.identity(hitsPath), hitsIdentity)) {
                return FileCondition.IN_PLACE;
            }
            String obstacle = FileGuard.obstacle(hitsPath);
            if (obstacle != null) {
                return new FileCondition(FileCondition.Kind.HITS_BLOCKED, hitsPath + " " + obstacle);
            }
            createHits();
            return new FileCondition(FileCondition.Kind.HITS_RESTORED, hitsPath + " was gone and was made anew");
        } catch (IOException e) {
            return new FileCondition(FileCondition.Kind.HITS_BLOCKED, hitsPath + " is gone and cannot be made: " + e);
        }
    }

    /** The file's mode, for the hits: who may read the store may report hits. */
    private Set<PosixFilePermission> readersMayWrite() {
        Set<PosixFilePermission> mode = EnumSet.copyOf(permissions);
        if (mode.contains(PosixFilePermission.GROUP_READ)) {
            mode.add(PosixFilePermission.GROUP_WRITE);
        }
        if (mode.contains(PosixFilePermission.OTHERS_READ)) {
            mode.add(PosixFilePermission.OTHERS_WRITE);
        }
        return mode;
    }

    /** Passes on what readers have reported. A channel whose file was cut short is not used any more. */
    void drainHits(HitChannel.Listener listener) {
        HitChannel reported = hits;
        if (reported != null) {
            try {
                reported.drain(listener);
            } catch (InternalError truncated) {
                hits = null;
            }
        }
    }

    /** Checks that the file was not cut short while it is mapped. */
    void checkLength() {
        try {
            long length = Objects.requireNonNull(channel).size();
            if (length != size) {
                throw new IllegalStateException(
                        path + ": the file has " + length + " bytes, the store made it with " + size);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(path + ": cannot be examined", e);
        }
    }

    void abandon() {
        close();
    }

    /** Removes the files and releases the lock. What readers have mapped stays readable until they unmap it. */
    synchronized void close() {
        try (var _ = lockChannel;
                var _ = channel) {
            Files.deleteIfExists(temporary);
            if (published) {
                deleteOwn(path, identity);
                deleteOwn(hitsPath, hitsIdentity);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(path + ": cannot be closed", e);
        } finally {
            HELD.remove(path);
        }
    }

    /** Deletes a file unless another was put in its place. */
    private static void deleteOwn(Path file, @Nullable Object identity) throws IOException {
        if (Objects.equals(FileGuard.identity(file), identity)) {
            Files.deleteIfExists(file);
        }
    }
}
