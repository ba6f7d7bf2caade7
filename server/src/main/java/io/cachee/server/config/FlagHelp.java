package io.cachee.server.config;

import java.util.List;

/** Formats the flags of a command for its help text. */
public final class FlagHelp {
    private static final int COLUMN = 34;
    private static final int WIDTH = 100;

    private FlagHelp() {}

    /** The help text, with one or more lines for each flag. */
    public static String format(List<Flag> flags) {
        StringBuilder text = new StringBuilder();
        for (Flag flag : flags) {
            String head = "  --" + flag.name()
                    + (flag.alone() == null ? "=" + flag.parameter() : "[=" + flag.parameter() + "]");
            text.append(head);
            if (head.length() >= COLUMN) {
                text.append('\n').append(" ".repeat(COLUMN));
            } else {
                text.append(" ".repeat(COLUMN - head.length()));
            }
            String description = flag.otherwise().isEmpty()
                    ? flag.description()
                    : flag.description() + " Default: " + flag.otherwise();
            appendWrapped(text, description);
        }
        return text.toString();
    }

    private static void appendWrapped(StringBuilder text, String description) {
        int column = COLUMN;
        for (String word : description.split(" ", -1)) {
            if (column + word.length() + 1 > WIDTH) {
                text.append('\n').append(" ".repeat(COLUMN));
                column = COLUMN;
            }
            if (column > COLUMN) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        text.append('\n');
    }
}
