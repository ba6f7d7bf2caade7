package io.cachee.l2;

import org.jspecify.annotations.Nullable;

/** Describes a failure for people: its message, and that of its root cause. */
final class FailureText {
    private static final int CAUSES_MAX = 10;

    private FailureText() {}

    static String of(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown";
        }
        Throwable root = failure;
        for (int i = 0; i < CAUSES_MAX && root.getCause() != null; i++) {
            root = root.getCause();
        }
        String first = message(failure);
        String last = message(root);
        return first.contains(last) ? first : first + ": " + last;
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }
}
