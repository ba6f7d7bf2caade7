package io.cachee.server.engine;

/** The setting {@code notify-keyspace-events}: a letter for each kind of event and each kind of channel. */
final class NotificationFlags {
    private static final String LETTERS = "KEg$lshzxetdmn";
    /** What the letter A stands for: all kinds of events but misses and new keys. */
    private static final String ALL = "g$lshzxetd";

    static final int KEYSPACE = bit('K');
    static final int KEYEVENT = bit('E');
    private static final int KEYMISS = bit('m');

    private NotificationFlags() {}

    static int bit(char letter) {
        return 1 << LETTERS.indexOf(letter);
    }

    /** Throws if a letter stands for nothing. */
    static int parse(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            if (letter == 'A') {
                flags |= parse(ALL);
            } else if (LETTERS.indexOf(letter) >= 0) {
                flags |= bit(letter);
            } else {
                throw new IllegalArgumentException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
            }
        }
        return flags;
    }

    static String format(int flags) {
        StringBuilder letters = new StringBuilder();
        int all = parse(ALL);
        boolean hasAll = (flags & all) == all;
        if (hasAll) {
            letters.append('A');
        }
        for (int i = 2; i < LETTERS.length(); i++) {
            boolean covered = hasAll && ALL.indexOf(LETTERS.charAt(i)) >= 0 || 1 << i == KEYMISS;
            if ((flags & 1 << i) != 0 && !covered) {
                letters.append(LETTERS.charAt(i));
            }
        }
        if ((flags & KEYSPACE) != 0) {
            letters.append('K');
        }
        if ((flags & KEYEVENT) != 0) {
            letters.append('E');
        }
        if ((flags & KEYMISS) != 0) {
            letters.append('m');
        }
        return letters.toString();
    }
}
