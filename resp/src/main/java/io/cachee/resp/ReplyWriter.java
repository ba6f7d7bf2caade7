package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Writes replies, in RESP2 or RESP3 as the client has chosen, into direct buffers that it hands over to its
 * {@link Outlet} when they are full and when a batch of requests is done. One per event loop.
 */
public final class ReplyWriter {
    /** Where buffers go that are full. */
    public interface Outlet {
        /** Takes a buffer over, to be written to the client and released. */
        void send(ByteBuf full);
    }

    /** A buffer is handed over when the next reply does not fit and it holds this much. */
    private static final int FULL_BYTES = 32 << 10;

    private static final int FIRST_BYTES = 4 << 10;

    // Short replies are written as numbers: a direct buffer takes bytes of an array by way of an object of its own.
    private static final int OK = '+' << 24 | 'O' << 16 | 'K' << 8 | '\r';
    private static final int NULL2 = '$' << 24 | '-' << 16 | '1' << 8 | '\r';
    private static final int NULL_ARRAY2 = '*' << 24 | '-' << 16 | '1' << 8 | '\r';
    private static final int NULL3 = '_' << 16 | Head.CRLF;

    private final ByteBufAllocator allocator;
    private Outlet outlet = ByteBuf::release;
    private ByteBuf out;
    private boolean resp3;
    private int muteFrom = -1;
    private int handOvers;
    private long handedOverBytes;
    /** Grows when batches need more than one buffer, so that the first is soon large enough. */
    private int size = FIRST_BYTES;

    private long errors;

    private final BulkFrame bulkFrame = new BulkFrame();
    /** How many digits the length of the value before had. */
    private int digitsExpected = 3;

    public ReplyWriter(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.out = allocator.directBuffer(FIRST_BYTES);
    }

    /** Begins a batch of replies to one client. What a batch that failed has left behind is nobody else's to see. */
    public void begin(Outlet to, boolean inResp3) {
        this.outlet = to;
        this.resp3 = inResp3;
        // Whatever a batch that failed has left was meant for another client.
        out.clear();
        muteFrom = -1;
    }

    /** Where the reply to the next command begins, for {@link #rollBack}. */
    public long mark() {
        return (long) handOvers << 32 | out.writerIndex();
    }

    /** Takes back what was written since; false when part of it was handed over already. */
    public boolean rollBack(long mark) {
        boolean possible = (int) (mark >>> 32) == handOvers;
        if (possible) {
            out.writerIndex((int) mark);
        }
        return possible;
    }

    /** The protocol from now on. */
    public void resp3(boolean inResp3) {
        this.resp3 = inResp3;
    }

    /** Hands over what has been written. True when there was something. */
    public boolean end() {
        if (!out.isReadable()) {
            return false;
        }
        handOver(FIRST_BYTES);
        return true;
    }

    /** Bytes written that were not handed over. */
    public int pendingBytes() {
        return out.readableBytes();
    }

    /** Bytes ever written, but for those taken back. */
    public long written() {
        return handedOverBytes + out.readableBytes();
    }

    /** How many errors were ever replied. */
    public long errors() {
        return errors;
    }

    private void handOver(int needed) {
        ByteBuf full = out;
        size = Math.max(FIRST_BYTES, Math.min(2 * FULL_BYTES, Math.max(full.readableBytes(), size - size / 16)));
        out = allocator.directBuffer(Math.max(size, needed));
        handOvers++;
        handedOverBytes += full.readableBytes();
        outlet.send(full);
    }

    /** Drops what is written from here on, until {@link #unmute}. */
    public void mute() {
        muteFrom = out.writerIndex();
    }

    /** Ends what {@link #mute} began. */
    public void unmute() {
        out.writerIndex(muteFrom);
        muteFrom = -1;
    }

    /** Gives the buffer back. No reply may follow. */
    public void close() {
        out.release();
    }

    // ---------------------------------------------------------------- room

    /** The buffer, with room for so many bytes. */
    public ByteBuf room(int bytes) {
        if (out.writableBytes() < bytes) {
            makeRoom(bytes);
        }
        return out;
    }

    private void makeRoom(int bytes) {
        if (muteFrom >= 0) {
            out.writerIndex(muteFrom);
        } else if (out.readableBytes() >= FULL_BYTES || bytes >= FULL_BYTES && out.isReadable()) {
            handOver(bytes);
            return;
        }
        out.ensureWritable(bytes);
    }

    // ---------------------------------------------------------------- values copied into the buffer

    // The length of such a value is known only when it has been copied: it is put where it belongs if its length has as
    // many digits as that of the value before, and moved if not.

    /** Makes room for a bulk string of so many bytes in all; the address where its value is to be copied to. */
    public long valueAddress(int bulkBytes) {
        ByteBuf buffer = room(bulkBytes);
        return buffer.memoryAddress() + buffer.writerIndex() + BulkFrame.valueOffset(digitsExpected);
    }

    /** How many bytes a value may have that is copied there. */
    public int valueCapacity() {
        return out.writableBytes() - digitsExpected - BulkFrame.BYTES_WITHOUT_DIGITS;
    }

    /** A value of this length comes next: the size of its bulk string, for {@link #valueAddress}. */
    public int expectValue(long length) {
        digitsExpected = BulkFrame.digitsOf(length);
        return (int) length + digitsExpected + BulkFrame.BYTES_WITHOUT_DIGITS;
    }

    /**
     * Makes a bulk string of the value that was copied to {@link #valueAddress}.
     *
     * @return false when there is no room for its head: it has to be copied again, see {@link #expectValue}
     */
    public boolean endValue(int length) {
        int digits = digitsExpected;
        int needed = BulkFrame.digitsOf(length);
        long address = out.memoryAddress() + out.writerIndex();
        if (needed != digits) {
            if (length > valueCapacity() + digits - needed) {
                return false;
            }
            BulkFrame.move(address + BulkFrame.valueOffset(digits), address + BulkFrame.valueOffset(needed), length);
            digitsExpected = needed;
        }
        bulkFrame.writeAround(address, needed, length);
        out.writerIndex(out.writerIndex() + needed + length + BulkFrame.BYTES_WITHOUT_DIGITS);
        return true;
    }

    // ---------------------------------------------------------------- replies

    public void ok() {
        fiveBytes(OK);
    }

    /** A simple string; it has no line breaks. */
    public void simple(String text) {
        line('+', text.getBytes(UTF_8));
    }

    /**
     * An error; {@code text} begins with its code, such as {@code ERR}, and each of its characters is a byte, so that
     * what a client has sent is shown to it unchanged. Line breaks become blanks.
     */
    public void error(String text) {
        errors++;
        line('-', ReplyEncoder.inOneLine(text).getBytes(ISO_8859_1));
    }

    private void line(char type, byte[] bytes) {
        room(bytes.length + 3).writeByte(type).writeBytes(bytes).writeShort(Head.CRLF);
    }

    public void integer(long value) {
        header(':', value);
    }

    public void bulk(byte[] bytes) {
        bulk(bytes, 0, bytes.length);
    }

    public void bulk(byte[] bytes, int offset, int length) {
        room(length + Head.MAX_BYTES + 2);
        header('$', length);
        out.writeBytes(bytes, offset, length).writeShort(Head.CRLF);
    }

    public void bulk(String text) {
        bulk(text.getBytes(UTF_8));
    }

    public void bulk(long number) {
        bulk(Long.toString(number));
    }

    /** A bulk string, or null. */
    public void bulkOrNull(byte @org.jspecify.annotations.Nullable [] bytes) {
        if (bytes == null) {
            nothing();
        } else {
            bulk(bytes);
        }
    }

    /** Text to be read by people. */
    public void verbatim(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (!resp3) {
            bulk(bytes);
            return;
        }
        room(bytes.length + Head.MAX_BYTES + 6);
        header('=', bytes.length + 4);
        out.writeByte('t')
                .writeByte('x')
                .writeByte('t')
                .writeByte(':')
                .writeBytes(bytes)
                .writeShort(Head.CRLF);
    }

    /** No value. */
    public void nothing() {
        nothing(NULL2);
    }

    /** No array. */
    public void noArray() {
        nothing(NULL_ARRAY2);
    }

    private void nothing(int inResp2) {
        if (resp3) {
            room(3).writeMedium(NULL3);
        } else {
            fiveBytes(inResp2);
        }
    }

    private void fiveBytes(int firstFour) {
        room(5).writeInt(firstFour).writeByte('\n');
    }

    /** Begins an array; its elements follow. */
    public void array(int length) {
        header('*', length);
    }

    /** Begins a set: an array in RESP2. */
    public void set(int length) {
        header(resp3 ? '~' : '*', length);
    }

    /** Begins a map; keys and values follow in turn. An array of twice the length in RESP2. */
    public void map(int pairs) {
        if (resp3) {
            header('%', pairs);
        } else {
            header('*', 2L * pairs);
        }
    }

    /** Begins a message that answers no request: an array in RESP2. */
    public void push(int length) {
        header(resp3 ? '>' : '*', length);
    }

    private void header(char type, long value) {
        Head.write(room(Head.MAX_BYTES), type, value);
    }
}
