package io.cachee.l2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The handlers that wait for a reply and their deadlines, in the order in which the requests were sent. */
@EventLoopConfined
final class InFlight {
    private @Nullable ReplyHandler[] handlers = new @Nullable ReplyHandler[64];
    private long[] deadlines = new long[64];
    private int head;
    private int size;

    int size() {
        return size;
    }

    void add(ReplyHandler handler, long deadlineNanos) {
        if (size == handlers.length) {
            grow();
        }
        int index = (head + size) & (handlers.length - 1);
        handlers[index] = handler;
        deadlines[index] = deadlineNanos;
        size++;
    }

    private void grow() {
        int length = handlers.length;
        @Nullable ReplyHandler[] more = Arrays.copyOf(handlers, 2 * length);
        long[] moreDeadlines = Arrays.copyOf(deadlines, 2 * length);
        System.arraycopy(handlers, 0, more, length, head);
        System.arraycopy(deadlines, 0, moreDeadlines, length, head);
        Arrays.fill(more, 0, head, null);
        handlers = more;
        deadlines = moreDeadlines;
    }

    /** Removes and returns the first handler; null when there is none. */
    @Nullable
    ReplyHandler poll() {
        if (size == 0) {
            return null;
        }
        ReplyHandler first = handlers[head];
        handlers[head] = null;
        head = (head + 1) & (handlers.length - 1);
        size--;
        return first;
    }

    /** The deadline of the first handler; there must be one. */
    long firstDeadline() {
        return deadlines[head];
    }
}
