package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Notifies clients that track keys, and subscribers of keyspace notifications, of changes. */
final class KeyChangeNotifier {
    private final SharedState shared;
    private volatile int notifications;
    private volatile boolean wanted;

    KeyChangeNotifier(SharedState shared) {
        this.shared = shared;
    }

    /** Whether anyone listens. If not, a change costs no more than this check. */
    boolean isWanted() {
        return wanted;
    }

    /** Which events are published, as in {@link NotificationFlags}. */
    int notifications() {
        return notifications;
    }

    void notifications(int flags) {
        notifications = flags;
        refresh();
    }

    void refresh() {
        wanted = notifications != 0 || shared.tracking.isUsed();
    }

    /** Reports a change; {@code by} is the client that made it, if any. */
    void changed(@Nullable Session by, int database, byte[] key, KeyspaceEvent event) {
        if (event != KeyspaceEvent.KEYMISS && event != KeyspaceEvent.NEW && shared.tracking.isUsed()) {
            shared.tracking.changed(by, key);
        }
        publish(database, key, event);
    }

    private void publish(int database, byte[] key, KeyspaceEvent event) {
        int flags = notifications;
        if ((flags & event.flag) == 0) {
            return;
        }
        byte[] name = event.published.getBytes(UTF_8);
        if ((flags & NotificationFlags.KEYSPACE) != 0) {
            shared.pubSub.publish(join("__keyspace@" + database + "__:", key), name);
        }
        if ((flags & NotificationFlags.KEYEVENT) != 0) {
            shared.pubSub.publish(join("__keyevent@" + database + "__:", name), key);
        }
    }

    private static byte[] join(String prefix, byte[] rest) {
        byte[] start = prefix.getBytes(UTF_8);
        byte[] joined = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, joined, start.length, rest.length);
        return joined;
    }
}
