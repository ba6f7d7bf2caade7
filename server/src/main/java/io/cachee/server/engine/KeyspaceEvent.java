package io.cachee.server.engine;

import java.util.Locale;

/** What happened to a key, as keyspace notifications name it, and the class that a client asks for. */
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
