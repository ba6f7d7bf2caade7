package io.cachee.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * What a store's file says of itself, whether its writer lives or not. Nothing is changed, and nothing is asked of the
 * writer.
 *
 * @param fileBytes the file's size
 * @param format the file format, as {@code major.minor}
 * @param instance the random number that tells one store from another
 * @param writerPid the process id of the writer
 * @param createdMillis when the store was opened, in milliseconds since 1970
 * @param state {@code ready}, {@code closed}, {@code failed} or {@code unknown}
 * @param clockMillis the writer's clock: milliseconds since the store was opened
 * @param writerAlive whether the writer's clock moved while it was looked at
 * @param segments the number of segments
 * @param segmentBytes the size of one
 * @param stripes the number of stripes of the index
 * @param bucketsPerStripe how many buckets each has
 * @param statistics what the writer published last
 */
public record StoreInspection(
        long fileBytes,
        String format,
        long instance,
        long writerPid,
        long createdMillis,
        String state,
        long clockMillis,
        boolean writerAlive,
        int segments,
        int segmentBytes,
        int stripes,
        int bucketsPerStripe,
        StoreStats statistics) {
    private static final long PATIENCE_NANOS = 100_000_000;

    /**
     * Examines a file.
     *
     * @throws AttachException when it cannot be read, or is no store
     */
    public static StoreInspection of(Path path) throws AttachException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AttachException(AttachException.Reason.UNREADABLE, path + ": not a regular file");
        }
        try (FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                Arena arena = Arena.ofShared()) {
            long fileBytes = channel.size();
            if (fileBytes < Layout.MIN_SIZE) {
                throw new AttachException(
                        AttachException.Reason.TOO_SHORT,
                        "file has " + fileBytes + " bytes, a store has at least " + Layout.MIN_SIZE);
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
            Region region = new Region(memory);
            return describe(region, HeaderDescriptor.check(region, fileBytes), fileBytes);
        } catch (AttachException e) {
            throw e.at(path);
        } catch (NoSuchFileException e) {
            throw new AttachException(AttachException.Reason.ABSENT, path + ": there is no such file", e);
        } catch (IOException | InternalError e) {
            throw new AttachException(
                    AttachException.Reason.UNREADABLE, path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static StoreInspection describe(Region region, Layout layout, long fileBytes) {
        int version = region.getIntAcquire(HeaderDescriptor.VERSION_OFFSET);
        long shape = region.getLongAcquire(HeaderDescriptor.SHAPE_OFFSET);
        return new StoreInspection(
                fileBytes,
                (version >>> 16) + "." + (version & 0xffff),
                region.getLong(HeaderDescriptor.INSTANCE_OFFSET),
                region.getLong(HeaderDescriptor.PID_OFFSET),
                region.getLong(HeaderDescriptor.CREATED_OFFSET),
                state(region.getLongAcquire(HeaderDescriptor.STATE_OFFSET)),
                region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET),
                clockMoves(region),
                layout.segmentCount(),
                layout.segmentSize(),
                layout.stripeCount(),
                Shape.above(shape),
                StatisticsDescriptor.read(region));
    }

    private static String state(long state) {
        if (state == HeaderDescriptor.STATE_READY) {
            return "ready";
        }
        if (state == HeaderDescriptor.STATE_CLOSED) {
            return "closed";
        }
        return state == HeaderDescriptor.STATE_FAILED ? "failed" : "unknown";
    }

    private static boolean clockMoves(Region region) {
        long first = region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET);
        long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE_NANOS) {
            if (region.getLongAcquire(HeaderDescriptor.CLOCK_OFFSET) != first) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }
}
