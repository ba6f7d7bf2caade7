package io.cachee.simulate;

import java.util.Arrays;

/** A doubly linked list of key numbers, each at most once, in arrays. */
final class KeyList {
    static final int NONE = -1;

    private final int[] newer;
    private final int[] older;
    private final int ends;

    KeyList(int keys) {
        newer = new int[keys + 1];
        older = new int[keys + 1];
        Arrays.fill(newer, NONE);
        Arrays.fill(older, NONE);
        ends = keys;
        newer[ends] = ends;
        older[ends] = ends;
    }

    boolean contains(int number) {
        return newer[number] != NONE;
    }

    boolean isEmpty() {
        return newer[ends] == ends;
    }

    void addNewest(int number) {
        int second = older[ends];
        newer[number] = ends;
        older[number] = second;
        older[ends] = number;
        newer[second] = number;
    }

    void remove(int number) {
        older[newer[number]] = older[number];
        newer[older[number]] = newer[number];
        newer[number] = NONE;
        older[number] = NONE;
    }

    /** The oldest key number, or {@link #NONE}. */
    int oldest() {
        return newer[ends] == ends ? NONE : newer[ends];
    }

    /** The key number added after {@code number}, or {@link #NONE}. */
    int newerThan(int number) {
        return newer[number] == ends ? NONE : newer[number];
    }
}
