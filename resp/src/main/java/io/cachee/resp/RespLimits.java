package io.cachee.resp;

/**
 * What a request may claim before it is believed.
 *
 * @param maxArguments arguments of a request
 * @param maxBulkBytes bytes of an argument
 */
public record RespLimits(int maxArguments, int maxBulkBytes) {
    /** A line that gives a length, or an inline command. */
    static final int MAX_LINE_BYTES = 64 << 10;
    /** What clients that have not yet said who they are may send. */
    public static final RespLimits STRANGER = new RespLimits(10, 16 << 10);
    /** More than any client means to send; Redis takes as many as fit its memory. */
    public static final int MAX_ARGUMENTS = 1 << 20;
}
