package io.cachee.server.engine;

import java.util.Locale;

/** An event of a key, by its name in keyspace notifications, with the letter that selects its kind. */
public enum KeyspaceEvent {
    SET('$'),
    SETRANGE('$'),
    APPEND('$'),
    INCRBY('$'),
    INCRBYFLOAT('$'),
    SETBIT('$'),
    DEL('g'),
    EXPIRE('g'),
    PERSIST('g'),
    RENAME_FROM('g'),
    RENAME_TO('g'),
    COPY_TO('g'),
    MOVE_FROM('g'),
    MOVE_TO('g'),
    RESTORE('g'),
    EXPIRED('x'),
    EVICTED('e'),
    KEYMISS('m'),
    NEW('n');

    final int flag;
    final String published = name().toLowerCase(Locale.ROOT);

    KeyspaceEvent(char type) {
        this.flag = NotificationFlags.bit(type);
    }
}
