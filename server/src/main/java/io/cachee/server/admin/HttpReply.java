package io.cachee.server.admin;

/**
 * What is answered to a GET.
 *
 * @param status of HTTP
 * @param contentType of the body
 * @param body as text
 */
public record HttpReply(int status, String contentType, String body) {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** Plain text. */
    public static HttpReply text(int status, String body) {
        return new HttpReply(status, TEXT, body);
    }

    /** JSON. */
    public static HttpReply json(int status, String body) {
        return new HttpReply(status, "application/json", body);
    }
}
