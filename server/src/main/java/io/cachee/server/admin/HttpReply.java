package io.cachee.server.admin;

/**
 * A reply over HTTP.
 *
 * @param status the status code
 * @param contentType of the body
 * @param body as text
 */
public record HttpReply(int status, String contentType, String body) {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** A reply in plain text. */
    public static HttpReply text(int status, String body) {
        return new HttpReply(status, TEXT, body);
    }

    /** A reply in JSON. */
    public static HttpReply json(int status, String body) {
        return new HttpReply(status, "application/json", body);
    }

    /** The reply of a page, or that it is broken. */
    static HttpReply of(AdminServer.Page page, boolean openMetrics) {
        try {
            return page.render(openMetrics);
        } catch (RuntimeException | InternalError broken) {
            return text(500, broken + "\n");
        }
    }
}
