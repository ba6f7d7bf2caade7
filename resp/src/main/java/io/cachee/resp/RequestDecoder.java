package io.cachee.resp;

/**
 * Takes requests out of a stream of bytes. Flat: a request is one array of strings, or a line typed by hand, and
 * nothing nests. What a client promises is never allocated: the decoder keeps no bytes at all, only where in the
 * caller's buffer the arguments of the unfinished request lie. Bytes may arrive cut anywhere; the requests are the
 * same.
 *
 * <p>The caller keeps the bytes from {@link #frameStart()} on until {@link #next} has returned true, and says by
 * {@link #moved} when they lie elsewhere.
 */
public final class RequestDecoder {
    private static final int AT_START = 0;
    private static final int AT_ARGUMENT_LENGTH = 1;
    private static final int IN_ARGUMENT = 2;

    private final Request decoded = new Request();
    private Request request = decoded;
    private RespLimits limits;
    private boolean stranger;
    private int state = AT_START;
    private int frameStart;
    private int position;
    private int argumentsLeft;
    private int argumentLength;
    /** What {@link #readLength} found. */
    private long length;

    /** A decoder of a connection that has yet to authenticate itself, or need not. */
    public RequestDecoder(RespLimits limits, boolean stranger) {
        this.limits = limits;
        this.stranger = stranger;
    }

    /** The limits from now on, and whether they are those for strangers. */
    public void limit(RespLimits newLimits, boolean toStranger) {
        this.limits = newLimits;
        this.stranger = toStranger;
    }

    /** The request that {@link #next} has completed; valid until it is called again. */
    public Request request() {
        return request;
    }

    /** Looks ahead for requests from where it is; finds none amid a request, nor of a stranger. */
    public void lookAhead(RequestsAhead ahead, byte[] buffer, int limit) {
        if (state == AT_START && !stranger) {
            ahead.find(buffer, position, limit, limits);
        } else {
            ahead.clear();
        }
    }

    /**
     * Takes the next of the requests that were found ahead in this buffer, or goes on by itself.
     *
     * @return true when {@link #request()} is complete; false when more bytes are needed
     */
    public boolean next(RequestsAhead ahead, byte[] buffer, int limit) throws ProtocolException {
        if (ahead.isEmpty()) {
            return next(buffer, limit);
        }
        request = ahead.take();
        position = ahead.end();
        return true;
    }

    /** The first byte that is still needed. */
    public int frameStart() {
        return state == AT_START ? position : frameStart;
    }

    /** The first byte that was not looked at. */
    public int position() {
        return position;
    }

    /** How many bytes the unfinished request has at least, as far as is known: its size once complete, or less. */
    public long frameBytesKnown() {
        long known = (long) position - frameStart();
        return state == IN_ARGUMENT ? known + argumentLength + 2 : known;
    }

    /** Tells that what was at {@code position} lies {@code distance} bytes further on now. */
    public void moved(int distance) {
        position += distance;
        frameStart += distance;
        if (state != AT_START) {
            decoded.move(distance);
        }
    }

    /** The buffer is given up: nothing in it is looked at any more. */
    public void forget() {
        decoded.begin();
        decoded.in(Request.NOTHING);
        request = decoded;
    }

    /**
     * Goes on with the bytes before {@code limit}.
     *
     * @return true when {@link #request()} is complete; false when more bytes are needed
     */
    public boolean next(byte[] buffer, int limit) throws ProtocolException {
        request = decoded;
        while (true) {
            switch (state) {
                case AT_START -> {
                    if (position >= limit) {
                        return false;
                    }
                    frameStart = position;
                    if (buffer[position] != '*') {
                        int end = endOfLine(buffer, limit);
                        if (end < 0) {
                            return false;
                        }
                        if (inline(buffer, end)) {
                            return true;
                        }
                    } else if (!readArrayLength(buffer, limit)) {
                        return false;
                    }
                }
                case AT_ARGUMENT_LENGTH -> {
                    if (position >= limit) {
                        return false;
                    }
                    if (!readArgumentLength(buffer, limit)) {
                        return false;
                    }
                }
                default -> {
                    int end = position + argumentLength;
                    if (limit - end < 2) {
                        return false;
                    }
                    if (buffer[end] != '\r' || buffer[end + 1] != '\n') {
                        throw new ProtocolException("expected CRLF after bulk string");
                    }
                    decoded.add(position, end);
                    position = end + 2;
                    if (--argumentsLeft == 0) {
                        state = AT_START;
                        decoded.in(buffer);
                        return true;
                    }
                    state = AT_ARGUMENT_LENGTH;
                }
            }
        }
    }

    private boolean readArrayLength(byte[] buffer, int limit) throws ProtocolException {
        int after = readLength(buffer, limit, "too big mbulk count string", "invalid multibulk length");
        if (after < 0) {
            return false;
        }
        if (length > limits.maxArguments()) {
            boolean tooMuchForStrangers = stranger && length <= RespLimits.MAX_ARGUMENTS;
            throw new ProtocolException(
                    tooMuchForStrangers ? "unauthenticated multibulk length" : "invalid multibulk length");
        }
        position = after;
        if (length > 0) {
            argumentsLeft = (int) length;
            decoded.begin();
            state = AT_ARGUMENT_LENGTH;
        }
        return true;
    }

    private boolean readArgumentLength(byte[] buffer, int limit) throws ProtocolException {
        if (buffer[position] != '$') {
            throw new ProtocolException("expected '$', got '" + printable(buffer[position]) + "'");
        }
        int after = readLength(buffer, limit, "too big bulk count string", "invalid bulk length");
        if (after < 0) {
            return false;
        }
        if (stranger && length > limits.maxBulkBytes()) {
            throw new ProtocolException("unauthenticated bulk length");
        }
        if (length < 0 || length > limits.maxBulkBytes()) {
            throw new ProtocolException("invalid bulk length");
        }
        argumentLength = (int) length;
        position = after;
        state = IN_ARGUMENT;
        return true;
    }

    private static char printable(byte value) {
        return value >= ' ' && value < 127 ? (char) value : '?';
    }

    /** Reads the number after the character at {@code position}; where the next line begins, or -1 for not yet. */
    private int readLength(byte[] buffer, int limit, String tooLong, String invalid) throws ProtocolException {
        int at = position + 1;
        boolean negative = at < limit && buffer[at] == '-';
        int digits = negative ? at + 1 : at;
        long number = 0;
        int i = digits;
        while (i < limit && buffer[i] >= '0' && buffer[i] <= '9' && i - digits < 18) {
            number = number * 10 + (buffer[i] - '0');
            i++;
        }
        if (i + 1 < limit && buffer[i] == '\r' && i > digits) {
            boolean leadingZero = buffer[digits] == '0' && (i - digits > 1 || negative);
            if (leadingZero || buffer[i + 1] != '\n') {
                throw new ProtocolException(invalid);
            }
            length = negative ? -number : number;
            return i + 2;
        }
        for (; i < limit; i++) {
            if (buffer[i] == '\r') {
                break;
            }
            if (i - position >= RespLimits.MAX_LINE_BYTES) {
                throw new ProtocolException(tooLong);
            }
        }
        boolean wellFormedSoFar = i >= limit || i + 1 >= limit && i > digits && isNumber(buffer, digits, i);
        if (!wellFormedSoFar) {
            throw new ProtocolException(invalid);
        }
        return -1;
    }

    private static boolean isNumber(byte[] buffer, int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] < '0' || buffer[i] > '9') {
                return false;
            }
        }
        return to - from <= 18;
    }

    private int endOfLine(byte[] buffer, int limit) throws ProtocolException {
        int end = position;
        while (end < limit && buffer[end] != '\n') {
            end++;
            if (end - position > RespLimits.MAX_LINE_BYTES) {
                throw new ProtocolException("too big inline request");
            }
        }
        return end == limit ? -1 : end;
    }

    /** False when the line is blank. */
    private boolean inline(byte[] buffer, int lineFeed) throws ProtocolException {
        int start = position;
        int end = lineFeed > start && buffer[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed;
        decoded.begin();
        InlineCommand.split(buffer, start, end, decoded);
        position = lineFeed + 1;
        if (stranger && decoded.count() > limits.maxArguments()) {
            throw new ProtocolException("unauthenticated multibulk length");
        }
        return decoded.count() > 0;
    }
}
