package io.cachee.store;

import java.util.zip.CRC32C;

/**
 * The first page of the region.
 *
 * <pre>
 *     0 magic            8 version (written last)   12 byte order mark
 *    16 region size     24 instance id              32 writer's process id   40 creation, wall clock, ms
 *    48 hash seed 0     56 hash seed 1
 *    64 segment shift   68 stripe shift             72 counter shift         76 vouchers
 *    80 generations     88 coherence counters       96 stripe words         104 index          (offsets)
 *   112 checksum of bytes 0..7 and 12..111
 *   128 index shape    136 clear epoch                                      (change under readers)
 *   192 clock, ms since creation                   200 state
 *   208 since when stamped values are valid        216 how often copies were outdated at once
 *   256 statistics, published by the writer for inspection of the file
 * </pre>
 */
final class HeaderDescriptor {
    static final long MAGIC = 0x31_45_45_48_43_41_43L | 0x0AL << 56; // "CACHEE1\n" read as little-endian bytes
    static final int MAJOR = 1;
    static final int MINOR = 0;
    static final int VERSION = MAJOR << 16 | MINOR;
    static final int BYTE_ORDER_MARK = 0x0A0B0C0D;

    static final long MAGIC_OFFSET = 0;
    static final long VERSION_OFFSET = 8;
    static final long BYTE_ORDER_OFFSET = 12;
    static final long SIZE_OFFSET = 16;
    static final long INSTANCE_OFFSET = 24;
    static final long PID_OFFSET = 32;
    static final long CREATED_OFFSET = 40;
    static final long SEED0_OFFSET = 48;
    static final long SEED1_OFFSET = 56;
    static final long SEGMENT_SHIFT_OFFSET = 64;
    static final long STRIPE_SHIFT_OFFSET = 68;
    static final long COUNTER_SHIFT_OFFSET = 72;
    static final long VOUCHERS_OFFSET = 76;
    static final long GENERATIONS_OFFSET = 80;
    static final long COUNTERS_OFFSET = 88;
    static final long STRIPES_OFFSET = 96;
    static final long INDEX_OFFSET = 104;
    static final long CHECKSUM_OFFSET = 112;
    static final long SHAPE_OFFSET = 128;
    static final long EPOCH_OFFSET = 136;
    static final long CLOCK_OFFSET = 192;
    static final long STATE_OFFSET = 200;
    static final long VALID_SINCE_OFFSET = 208;
    static final long COPIES_OFFSET = 216;
    static final long STATISTICS_OFFSET = 256;

    static final long STATE_READY = 1;
    static final long STATE_CLOSED = 2;
    static final long STATE_FAILED = 3;

    private HeaderDescriptor() {}

    /** Writes everything but the version, which {@link #publish} writes when the rest of the region is complete. */
    static void write(Region region, Layout layout, long instance, long seed0, long seed1, long createdMillis) {
        region.setLong(MAGIC_OFFSET, MAGIC);
        region.setInt(BYTE_ORDER_OFFSET, BYTE_ORDER_MARK);
        region.setLong(SIZE_OFFSET, layout.size());
        region.setLong(INSTANCE_OFFSET, instance);
        region.setLong(PID_OFFSET, ProcessHandle.current().pid());
        region.setLong(CREATED_OFFSET, createdMillis);
        region.setLong(SEED0_OFFSET, seed0);
        region.setLong(SEED1_OFFSET, seed1);
        region.setInt(SEGMENT_SHIFT_OFFSET, layout.segmentShift());
        region.setInt(STRIPE_SHIFT_OFFSET, layout.stripeShift());
        region.setInt(COUNTER_SHIFT_OFFSET, layout.counterShift());
        region.setInt(VOUCHERS_OFFSET, layout.voucherCount());
        region.setLong(VALID_SINCE_OFFSET, -1);
        region.setLong(GENERATIONS_OFFSET, layout.generationsOffset());
        region.setLong(COUNTERS_OFFSET, layout.countersOffset());
        region.setLong(STRIPES_OFFSET, layout.stripesOffset());
        region.setLong(INDEX_OFFSET, layout.indexOffset());
        region.setInt(CHECKSUM_OFFSET, checksum(region));
    }

    static void publish(Region region) {
        region.setLongRelease(STATE_OFFSET, STATE_READY);
        region.setIntRelease(VERSION_OFFSET, VERSION);
    }

    /**
     * Checks the header of a mapped file of {@code fileSize} bytes and returns its layout.
     *
     * @throws AttachException naming the first thing that is wrong
     */
    static Layout check(Region region, long fileSize) throws AttachException {
        if (fileSize < Layout.MIN_SIZE) {
            throw new AttachException(
                    AttachException.Reason.TOO_SHORT,
                    "file has " + fileSize + " bytes, a store has at least " + Layout.MIN_SIZE);
        }
        int version = region.getIntAcquire(VERSION_OFFSET);
        if (version == 0) {
            throw new AttachException(AttachException.Reason.NOT_READY, "the writer has not published the file yet");
        }
        if (region.getLong(MAGIC_OFFSET) != MAGIC) {
            throw new AttachException(AttachException.Reason.NOT_A_STORE, "the file does not begin as a store does");
        }
        int mark = region.getInt(BYTE_ORDER_OFFSET);
        if (mark == Integer.reverseBytes(BYTE_ORDER_MARK)) {
            throw new AttachException(
                    AttachException.Reason.WRONG_ENDIANNESS, "the file was written in the other byte order");
        }
        if (version >>> 16 != MAJOR) {
            throw new AttachException(
                    AttachException.Reason.WRONG_VERSION,
                    "file format " + (version >>> 16) + "." + (version & 0xffff) + ", this reader understands " + MAJOR
                            + ".x");
        }
        if (mark != BYTE_ORDER_MARK || region.getInt(CHECKSUM_OFFSET) != checksum(region)) {
            throw new AttachException(AttachException.Reason.CORRUPT_HEADER, "the header's checksum does not match");
        }
        long size = region.getLong(SIZE_OFFSET);
        if (fileSize < size) {
            throw new AttachException(
                    AttachException.Reason.TOO_SHORT, "file has " + fileSize + " bytes, its header says " + size);
        }
        return checkLayout(region, size);
    }

    private static Layout checkLayout(Region region, long size) throws AttachException {
        if (size < Layout.MIN_SIZE || size > Layout.MAX_SIZE) {
            throw new AttachException(AttachException.Reason.CORRUPT_HEADER, "impossible region size " + size);
        }
        int vouchers = region.getInt(VOUCHERS_OFFSET);
        if (vouchers < 0 || vouchers > Stamp.MOST_SLOTS || Integer.bitCount(vouchers) > 1) {
            throw new AttachException(
                    AttachException.Reason.CORRUPT_HEADER, "impossible number of vouchers " + vouchers);
        }
        Layout layout = Layout.of(size, vouchers);
        boolean agrees = layout.size() == size
                && region.getInt(SEGMENT_SHIFT_OFFSET) == layout.segmentShift()
                && region.getInt(STRIPE_SHIFT_OFFSET) == layout.stripeShift()
                && region.getInt(COUNTER_SHIFT_OFFSET) == layout.counterShift()
                && region.getLong(GENERATIONS_OFFSET) == layout.generationsOffset()
                && region.getLong(COUNTERS_OFFSET) == layout.countersOffset()
                && region.getLong(STRIPES_OFFSET) == layout.stripesOffset()
                && region.getLong(INDEX_OFFSET) == layout.indexOffset();
        if (!agrees) {
            throw new AttachException(
                    AttachException.Reason.CORRUPT_HEADER, "the header's offsets do not follow from its size " + size);
        }
        return layout;
    }

    private static int checksum(Region region) {
        byte[] bytes = new byte[(int) CHECKSUM_OFFSET];
        region.copyOut(0, bytes, 0, bytes.length);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, (int) VERSION_OFFSET);
        crc.update(bytes, (int) BYTE_ORDER_OFFSET, bytes.length - (int) BYTE_ORDER_OFFSET);
        return (int) crc.getValue();
    }
}
