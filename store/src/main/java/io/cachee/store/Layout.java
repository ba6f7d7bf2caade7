package io.cachee.store;

/**
 * Where everything lies in a region of a given size. The layout follows from the size and the number of vouchers, which
 * is 0 unless values are stamped, so a reader can check every offset that a file's header claims.
 *
 * <pre>
 *   0        4 KiB                                               index grows up              size
 *   +--------+-------------+-----------+--------------+----------+----------------- - -+- - - - ---+
 *   | header | generations | coherence | stripe words | vouchers | index stripes -->   | <-- segments
 *   +--------+-------------+-----------+--------------+----------+----------------- - -+- - - - ---+
 * </pre>
 *
 * <p>Segments are numbered from offset zero; the low ones are covered by the tables and the index and hold no records.
 * The index takes further low segments as the number of entries grows and gives them back when it shrinks.
 */
final class Layout {
    static final long MIN_SIZE = 1L << 20;
    static final long MAX_SIZE = 1L << 36;
    static final int PAGE = 4096;
    static final int MIN_SEGMENT_SHIFT = 12;
    private static final int MAX_PREFERRED_SEGMENT_SHIFT = 20;

    private final long size;
    private final int segmentShift;
    private final int segmentCount;
    private final int stripeShift;
    private final int counterShift;
    private final long generationsOffset;
    private final long countersOffset;
    private final long stripesOffset;
    private final int voucherCount;
    private final long vouchersOffset;
    private final long indexOffset;
    private final long recordsEnd;

    static Layout of(long requestedSize) {
        return of(requestedSize, 0);
    }

    /**
     * With room for the generations of stamped values. Their number is a power of two, or 0 if values are not stamped.
     */
    static Layout of(long requestedSize, int voucherCount) {
        if (voucherCount < 0 || voucherCount > Stamp.MOST_SLOTS || Integer.bitCount(voucherCount) > 1) {
            throw new IllegalArgumentException(voucherCount + " is no number of slots");
        }
        if (requestedSize < MIN_SIZE || requestedSize > MAX_SIZE) {
            throw new IllegalArgumentException("region size " + requestedSize + " is outside " + MIN_SIZE + ".."
                    + MAX_SIZE + " bytes (1 MiB to 64 GiB)");
        }
        return new Layout(requestedSize & -PAGE, voucherCount);
    }

    private Layout(long size, int voucherCount) {
        this.size = size;
        this.segmentShift = segmentShift(size);
        this.segmentCount = (int) (size >>> segmentShift);
        this.stripeShift = Math.max(2, ceilLog2(size) - 20);
        this.counterShift = ceilLog2(size) - 12;
        this.generationsOffset = PAGE;
        this.countersOffset = align(PAGE + 8L * segmentCount, 64);
        this.stripesOffset = countersOffset + (8L << counterShift);
        this.voucherCount = voucherCount;
        this.vouchersOffset = stripesOffset + (8L << stripeShift);
        this.indexOffset = align(vouchersOffset + 4L * voucherCount, 64);
        this.recordsEnd = (long) segmentCount << segmentShift;
    }

    /**
     * About two thousand segments, so that reclaiming one is a small step; but large enough that the chunk list of the
     * largest value (an eighth of the region in chunks of an eighth of a segment) fits into half a segment.
     */
    private static int segmentShift(long size) {
        int twoThousandth = Math.min(ceilLog2(size) - 11, MAX_PREFERRED_SEGMENT_SHIFT);
        int fourTimesRoot = (ceilLog2(size) + 1) / 2 + 2;
        return Math.max(MIN_SEGMENT_SHIFT, Math.max(twoThousandth, fourTimesRoot));
    }

    private static int ceilLog2(long value) {
        return 64 - Long.numberOfLeadingZeros(value - 1);
    }

    static long align(long value, long unit) {
        return (value + unit - 1) & -unit;
    }

    long size() {
        return size;
    }

    int segmentShift() {
        return segmentShift;
    }

    int segmentCount() {
        return segmentCount;
    }

    int stripeShift() {
        return stripeShift;
    }

    int counterShift() {
        return counterShift;
    }

    long generationsOffset() {
        return generationsOffset;
    }

    long countersOffset() {
        return countersOffset;
    }

    long stripesOffset() {
        return stripesOffset;
    }

    int voucherCount() {
        return voucherCount;
    }

    long vouchersOffset() {
        return vouchersOffset;
    }

    long indexOffset() {
        return indexOffset;
    }

    long recordsEnd() {
        return recordsEnd;
    }

    int segmentSize() {
        return 1 << segmentShift;
    }

    int stripeCount() {
        return 1 << stripeShift;
    }

    long generationOffset(long address) {
        return generationsOffset + ((address >>> segmentShift) << 3);
    }

    long counterOffset(long hash) {
        return countersOffset + ((hash & ((1L << counterShift) - 1)) << 3);
    }

    long stripeWordOffset(int stripe) {
        return stripesOffset + 8L * stripe;
    }

    /** The first byte after the segment that holds {@code address}. */
    long segmentEnd(long address) {
        return ((address >>> segmentShift) + 1) << segmentShift;
    }

    /** The number of the first segment that an index ending at {@code offset} leaves to records. */
    int firstSegmentAfter(long offset) {
        return (int) ((offset + segmentSize() - 1) >>> segmentShift);
    }

    /** Records start above the smallest index, and lie in whole segments. */
    boolean mayHoldRecord(long address, long length) {
        return address >= indexOffset && address < recordsEnd && address + length <= segmentEnd(address);
    }
}
