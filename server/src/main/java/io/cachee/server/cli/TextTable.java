package io.cachee.server.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Prints rows as they come: aligned for people, or comma-separated for programs. The first columns are text, aligned
 * left; the others figures, aligned right.
 */
final class TextTable {
    /** How tables are written. */
    enum Format {
        TABLE,
        CSV;

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int GAP = 2;

    private final PrintWriter out;
    private final Format format;
    private final int textColumns;
    private final List<String> columns;
    private final int[] widths;

    /**
     * A table.
     *
     * @param widths the columns' least widths
     */
    TextTable(PrintWriter out, Format format, int textColumns, List<String> columns, int... widths) {
        this.out = out;
        this.format = format;
        this.textColumns = textColumns;
        this.columns = columns;
        this.widths = new int[columns.size()];
        Arrays.setAll(this.widths, i -> Math.max(columns.get(i).length(), i < widths.length ? widths[i] : 0));
    }

    void header() {
        row(columns.toArray(String[]::new));
    }

    void row(String... cells) {
        if (format == Format.CSV) {
            out.println(Arrays.stream(cells)
                    .map(cell -> cell.replace(' ', '_').replace(",", ""))
                    .collect(Collectors.joining(",")));
        } else {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.length; i++) {
                String padding = " ".repeat(Math.max(0, widths[i] - cells[i].length()));
                line.append(i == 0 ? "" : " ".repeat(GAP))
                        .append(i < textColumns ? cells[i] + padding : padding + cells[i]);
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }

    /** A line for people alone. */
    void note(String line) {
        if (format == Format.TABLE) {
            out.println(line);
            out.flush();
        }
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String count(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }
}
