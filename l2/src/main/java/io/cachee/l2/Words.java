package io.cachee.l2;

import org.jspecify.annotations.Nullable;

/** A failure in words, for people. */
final class Words {
    private Words() {}

    static String of(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown";
        }
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }
}
